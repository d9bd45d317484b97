package io.forebay.persist.flush;

import io.forebay.persist.ObjectStore;
import io.forebay.persist.bucket.BucketReader;
import io.forebay.persist.calls.Pauses;
import io.forebay.persist.check.Checker;
import io.forebay.proto.Task;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the control plane's tasks, a bounded number at a time, until it is closed. A task that it
 * neither ends nor pauses is handed out again by the control plane.
 */
public final class FlushEngine implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FlushEngine.class.getName());

    /** Reports to a control plane that is away are repeated as long; a task's lease is longer. */
    private static final Duration REPORT_PATIENCE = Duration.ofSeconds(15);

    /** What is left of a stop for telling a control plane that answers; more would hold it up. */
    private static final long LAST_REPORTS_MILLIS = 1_000;

    private final FlushControl control;
    private final FlushListener listener;
    private final FlushSettings settings;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ExecutorService tasks;
    private final ExecutorService helpers;
    private final Semaphore room;
    private final ConcurrentMap<TaskId, Object> running = new ConcurrentHashMap<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Tries tries = new Tries();
    private final TaskRunner runner;
    private final Thread taker = Thread.ofVirtual().name("flush-taker").unstarted(this::take);

    public FlushEngine(
            FlushControl control,
            StagedBytes staged,
            ObjectStore store,
            FlushListener listener,
            FlushSettings settings) {
        this.control = control;
        this.listener = listener;
        this.settings = settings;
        this.tasks = Executors.newCachedThreadPool(settings.threads());
        this.helpers = Executors.newCachedThreadPool(settings.threads());
        this.room = new Semaphore(settings.tasks());
        ControlCalls calls = new ControlCalls(control, helpers, closing, REPORT_PATIENCE, tries);
        Publication publication = new Publication(calls, store, listener, closing, settings);
        PartSender parts = new PartSender(helpers, settings.parts(), closing);
        OpenUploads uploads = new OpenUploads(calls, store, settings.clock(), settings.untoldAge());
        Uploader uploader = new Uploader(staged, store, parts, publication, uploads);
        TaskRunner.Reporter reporter = new TaskRunner.Reporter(listener, settings.clock());
        BucketReader reader = new BucketReader(store, helpers);
        Removal removal = new Removal(store, uploads);
        Checker checker = new Checker(store, staged, helpers);
        TaskRunner.Storage storage =
                new TaskRunner.Storage(store, uploader, removal, reader, checker);
        this.runner = new TaskRunner(calls, staged, storage, tries, reporter);
    }

    /** Begins to take tasks. Call once. */
    public void start() {
        taker.start();
    }

    /** Tasks that are in flight. */
    public int inFlight() {
        return inFlight.get();
    }

    /**
     * Takes no more tasks, pauses large uploads, and waits as long as the settings say. What is
     * still in flight then is abandoned: of large uploads, the parts that are there are reported.
     */
    @Override
    public void close() {
        closing.countDown();
        taker.interrupt();
        tasks.shutdown();
        try {
            if (!ended(settings.closeWait().toMillis())) {
                tasks.shutdownNow();
                ended(LAST_REPORTS_MILLIS);
            }
            if (!tasks.isTerminated()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "tasks are left to a later start inFlight={0}",
                        inFlight.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            tasks.shutdownNow();
            helpers.shutdownNow();
        }
    }

    private boolean ended(long millis) throws InterruptedException {
        return tasks.awaitTermination(millis, TimeUnit.MILLISECONDS);
    }

    private void take() {
        Pauses pauses = new Pauses(closing, Duration.ofDays(1));
        boolean failing = false;
        while (closing.getCount() > 0) {
            int permits = 0;
            try {
                room.acquire();
                permits = 1 + room.drainPermits();
                List<Task> taken = control.takeTasks(permits, settings.takeWait(), tries.oldest());
                permits -= launch(taken, permits);
                failing = recovered(failing);
                pauses = new Pauses(closing, Duration.ofDays(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                failing = failed(failing, e);
                pauses.pause();
            } finally {
                room.release(permits);
            }
        }
    }

    /** Starts the tasks that are not running yet; each takes a permit along. */
    private int launch(List<Task> taken, int permits) {
        int launched = 0;
        for (Task task : taken) {
            TaskId id = TaskId.of(task);
            Object run = new Object();
            if (launched == permits || running.putIfAbsent(id, run) != null) {
                continue;
            }
            inFlight.incrementAndGet();
            try {
                tasks.execute(() -> run(task, () -> running.remove(id, run)));
                launched++;
            } catch (RejectedExecutionException e) {
                inFlight.decrementAndGet(); // closed meanwhile
            }
        }
        return launched;
    }

    private void run(Task task, Runnable forget) {
        try {
            listener.runAround(task, () -> runner.run(task, forget));
        } catch (RuntimeException e) {
            if (!abandoned(e)) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "a task failed by a bug work=" + task.getWorkCase(),
                        e);
            }
        } finally {
            forget.run();
            inFlight.decrementAndGet();
            room.release();
        }
    }

    /** It came too late to be reported; {@link #close} said that such tasks are left. */
    private boolean abandoned(RuntimeException failure) {
        return closing.getCount() == 0 && failure instanceof RejectedExecutionException;
    }

    private boolean failed(boolean before, RuntimeException failure) {
        if (!before && closing.getCount() > 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "no tasks from the control plane, asking again cause={0}",
                    failure);
        }
        return true;
    }

    private boolean recovered(boolean before) {
        if (before) {
            LOG.log(System.Logger.Level.INFO, "tasks come from the control plane again");
        }
        return false;
    }
}
