package io.forebay.persist.flush;

import io.forebay.persist.PartPlan;
import io.forebay.persist.UploadedPart;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Sends the parts of one file, as many at a time as all files together may have in flight. */
final class PartSender {
    private final ExecutorService executor;
    private final Semaphore permits;
    private final int atATime;
    private final CountDownLatch closing;

    PartSender(ExecutorService executor, int parts, CountDownLatch closing) {
        this.executor = executor;
        this.permits = new Semaphore(parts, true);
        this.atATime = parts;
        this.closing = closing;
    }

    /** Makes one part true in the store. */
    interface Send {
        UploadedPart part(int number);
    }

    /**
     * The parts in order; nothing when the engine closes meanwhile. Throws the first failure after
     * the parts in flight have ended.
     */
    Optional<List<UploadedPart>> sendAll(PartPlan plan, Send send) {
        Run run = new Run(plan, send);
        List<Future<?>> senders = new ArrayList<>();
        for (int i = 0; i < Math.min(atATime, plan.count()); i++) {
            senders.add(executor.submit(run));
        }
        ForebayException failure = null;
        for (Future<?> sender : senders) {
            try {
                sender.get();
            } catch (ExecutionException e) {
                failure = failure == null ? asFailure(e.getCause()) : failure;
            } catch (InterruptedException e) {
                senders.forEach(each -> each.cancel(true));
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
        if (failure != null) {
            throw failure;
        }
        return run.done.size() == plan.count()
                ? Optional.of(List.copyOf(run.done.values()))
                : Optional.empty();
    }

    private static ForebayException asFailure(@Nullable Throwable cause) {
        return cause instanceof ForebayException known
                ? known
                : new ForebayException(
                        FailureKind.FAILURE_UNAVAILABLE,
                        "A part could not be sent.",
                        Objects.requireNonNull(cause));
    }

    /** What the senders of one file share. */
    private final class Run implements Runnable {
        private final PartPlan plan;
        private final Send send;
        private final AtomicInteger last = new AtomicInteger();
        private final ConcurrentSkipListMap<Integer, UploadedPart> done =
                new ConcurrentSkipListMap<>();
        private volatile boolean failed;

        private Run(PartPlan plan, Send send) {
            this.plan = plan;
            this.send = send;
        }

        @Override
        public void run() {
            while (!failed && closing.getCount() > 0) {
                int number = last.incrementAndGet();
                if (number > plan.count()) {
                    return;
                }
                boolean ended = false;
                permits.acquireUninterruptibly();
                try {
                    done.put(number, send.part(number));
                    ended = true;
                } finally {
                    permits.release();
                    failed |= !ended;
                }
            }
        }
    }
}
