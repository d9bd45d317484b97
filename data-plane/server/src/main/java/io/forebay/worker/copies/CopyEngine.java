package io.forebay.worker.copies;

import io.forebay.observability.EventName;
import io.forebay.proto.CopiedFile;
import io.forebay.proto.CopyTask;
import io.forebay.proto.EndedTask;
import io.forebay.proto.FailureKind;
import io.forebay.proto.Grant;
import io.forebay.proto.Task;
import io.forebay.schema.ForebayException;
import io.forebay.store.StagedKey;
import io.forebay.store.StagingArea;
import io.forebay.transport.file.StagedHandle;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.remote.RemoteFiles;
import io.forebay.worker.control.ControlPlane;
import io.forebay.worker.telemetry.WorkerMetrics;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Does the control plane's work on copies, a bounded number of files at a time. Closes wait for it:
 * it has a lane and threads of its own.
 */
public final class CopyEngine implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CopyEngine.class.getName());

    /** Files at once; each takes two buffers of 1 MiB and a stream for each of its copies. */
    private static final int FILES_MAX = 16;

    private static final Duration TAKE_WAIT = Duration.ofSeconds(10);

    /** Long enough for a worker's pause; another one is asked soon, because a close waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final long PAUSE_MILLIS = 500;

    /** A control plane that restarts; later the task comes again. */
    private static final int REPORTS_MAX = 30;

    /** Digests that are kept, by their chunks: 32 MiB of memory for copies of 4 TiB. */
    private static final long CHUNKS_KEPT_MAX = 4L << 20;

    private static final long ENTRY_CHUNKS = 32;

    private final StagingArea area;
    private final ControlPlane control;
    private final WorkerMetrics metrics;
    private final InstantSource clock;
    private final RemoteFiles remote;
    private final Semaphore room = new Semaphore(FILES_MAX);
    private final Set<StagedKey> running = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("copy-", 0).factory());
    private final Thread taker = Thread.ofVirtual().name("copy-taker").unstarted(this::take);

    /** The longest unused first. Guarded by itself; so is the next one. */
    private final LinkedHashMap<Copy, Digests> known = new LinkedHashMap<>(16, 0.75f, true);

    private long knownChunks;

    public CopyEngine(
            StagingArea area, ControlPlane control, WorkerMetrics metrics, InstantSource clock) {
        this.area = area;
        this.control = control;
        this.metrics = metrics;
        this.clock = clock;
        this.remote = new RemoteFiles(clock, () -> {}, PATIENCE);
    }

    private record Copy(StagedKey file, String worker) {}

    /** How a pass to one target ended. */
    private record Outcome(String worker, long sentBytes, @Nullable String failure) {}

    /** Begins to take work. Call once. */
    public void start() {
        taker.start();
    }

    private void take() {
        boolean failing = false;
        while (closing.getCount() > 0) {
            int permits = 0;
            try {
                room.acquire();
                permits = 1 + room.drainPermits();
                permits -= launch(control.takeCopies(permits, TAKE_WAIT), permits);
                failing = false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                if (!failing && closing.getCount() > 0) {
                    LOG.log(Level.WARNING, "no work on copies, asking again cause={0}", e);
                }
                failing = true;
                pause();
            } finally {
                room.release(permits);
            }
        }
    }

    /** Of a file that is in work nothing is lost: its end looks whether there is more to do. */
    private int launch(List<Task> tasks, int permits) {
        int launched = 0;
        for (Task task : tasks) {
            StagedKey key = new StagedKey(task.getWorkspaceId(), task.getCopy().getIno());
            if (launched == permits || !task.hasCopy() || !running.add(key)) {
                continue;
            }
            try {
                threads.execute(() -> run(task, key));
                launched++;
            } catch (RejectedExecutionException e) {
                running.remove(key); // closed meanwhile
            }
        }
        return launched;
    }

    private void run(Task task, StagedKey key) {
        try {
            CopiedFile copied = copy(key, task.getCopy());
            running.remove(key); // once it is reported, the same file may come again
            report(
                    EndedTask.newBuilder()
                            .setWorkspaceId(task.getWorkspaceId())
                            .setCopied(copied)
                            .build());
        } catch (RuntimeException e) {
            if (closing.getCount() > 0) {
                LOG.log(Level.WARNING, "copies not brought up to date, again later", e);
            }
        } finally {
            running.remove(key);
            room.release();
        }
    }

    private CopiedFile copy(StagedKey key, CopyTask task) {
        long begin = clock.millis();
        CopiedFile.Builder copied =
                CopiedFile.newBuilder().setIno(task.getIno()).setAsked(task.getAsked());
        Optional<Path> path = area.locate(key);
        if (path.isEmpty()) {
            return copied.setMessage("The worker does not have the file's bytes").build();
        }
        try (NativeFile source = NativeFile.open(path.get(), NativeFile.O_RDONLY, 0)) {
            source.fsync(false); // this copy counts as well
            long sent = 0;
            for (Outcome outcome : passes(key, source, task.getTargetsList())) {
                sent += outcome.sentBytes();
                if (outcome.failure() == null) {
                    copied.addWorkers(outcome.worker());
                } else {
                    copied.addFailed(outcome.worker()).setMessage(outcome.failure());
                }
            }
            return copied.setSentBytes(sent).setMillis(clock.millis() - begin).build();
        } catch (PosixException e) {
            throw e.toForebay("The staged file cannot be read; see the worker's disk")
                    .with("path", path.get());
        }
    }

    /** At the same time: a close waits for the slowest, not for all of them. */
    private List<Outcome> passes(StagedKey key, NativeFile source, List<Grant> targets) {
        List<Future<Outcome>> others = new ArrayList<>();
        for (Grant target : targets.subList(1, targets.size())) {
            others.add(threads.submit(() -> pass(key, source, target)));
        }
        List<Outcome> outcomes = new ArrayList<>();
        outcomes.add(pass(key, source, targets.getFirst()));
        for (Future<Outcome> other : others) {
            outcomes.add(joined(other));
        }
        return outcomes;
    }

    private static Outcome joined(Future<Outcome> other) {
        try {
            return other.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ForebayException(FailureKind.FAILURE_UNAVAILABLE, "The worker stops", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a pass does not throw", e);
        }
    }

    private Outcome pass(StagedKey key, NativeFile source, Grant target) {
        Copy copy = new Copy(key, target.getWorkerId());
        Digests last = forget(copy);
        try (StagedHandle file = remote.open(target, CopyEngine::notAgain)) {
            CopyPass pass =
                    new CopyPass(source, file, last == null ? Digests.none(file.stat()) : last);
            Digests now = pass.run();
            remember(copy, now);
            metrics.copied(pass.sentBytes());
            return new Outcome(target.getWorkerId(), pass.sentBytes(), null);
        } catch (RuntimeException e) {
            String cause = Objects.toString(e.getMessage(), e.toString());
            metrics.copyFailed();
            LOG.log(
                    Level.WARNING,
                    EventName.COPY_FAILED.line(
                            "workspace",
                            key.workspaceId(),
                            "ino",
                            key.ino(),
                            "worker",
                            target.getWorkerId(),
                            "cause",
                            cause));
            return new Outcome(target.getWorkerId(), 0, cause);
        }
    }

    /**
     * A pass that lost its stream is begun anew by the control plane, perhaps at another worker.
     */
    private static Grant notAgain() {
        throw new ForebayException(
                FailureKind.FAILURE_BUSY, "The other worker has ended the stream");
    }

    /** Nothing is known while a pass runs: it may fail half way. */
    private @Nullable Digests forget(Copy copy) {
        synchronized (known) {
            Digests last = known.remove(copy);
            knownChunks -= last == null ? 0 : weight(last);
            return last;
        }
    }

    private void remember(Copy copy, Digests digests) {
        synchronized (known) {
            known.put(copy, digests);
            knownChunks += weight(digests);
            while (knownChunks > CHUNKS_KEPT_MAX) {
                Map.Entry<Copy, Digests> eldest = known.pollFirstEntry();
                knownChunks -= eldest == null ? knownChunks : weight(eldest.getValue());
            }
        }
    }

    /** An empty file takes memory as well. */
    private static long weight(Digests digests) {
        return digests.chunks().length + ENTRY_CHUNKS;
    }

    private void report(EndedTask ended) {
        for (int i = 1; closing.getCount() > 0; i++) {
            try {
                control.endTasks(List.of(ended));
                return;
            } catch (ForebayException e) {
                if (e.kind() != FailureKind.FAILURE_UNAVAILABLE || i == REPORTS_MAX) {
                    throw e;
                }
                pause();
            }
        }
    }

    private void pause() {
        try {
            boolean _ = closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Abandons what is in work: the next process, or another worker, begins it anew. */
    @Override
    public void close() {
        closing.countDown();
        taker.interrupt();
        remote.close();
        threads.shutdownNow();
    }
}
