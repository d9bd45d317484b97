package io.forebay.worker.control;

import io.forebay.observability.EventName;
import io.forebay.proto.FailureKind;
import io.forebay.proto.RegisterWorkerReply;
import io.forebay.proto.RegisterWorkerRequest;
import io.forebay.schema.ForebayException;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The worker's place in the cluster: registers until the control plane answers, then reports again
 * and again. Owned by one thread, which calls {@link #join} and then {@link #keep}.
 */
public final class Membership {
    private static final System.Logger LOG = System.getLogger(Membership.class.getName());

    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long PAUSE_MILLIS_MAX = 5_000;

    private final ControlPlane control;
    private final RegisterWorkerRequest self;
    private final Consumer<RegisterWorkerReply> told;
    private final CountDownLatch stopped;

    private long heartbeatMillis = PAUSE_MILLIS_MAX;

    /**
     * @param told is told the answer to each registration
     * @param stopped ends all waiting
     */
    public Membership(
            ControlPlane control,
            RegisterWorkerRequest self,
            Consumer<RegisterWorkerReply> told,
            CountDownLatch stopped) {
        this.control = control;
        this.self = self;
        this.told = told;
        this.stopped = stopped;
    }

    /** Registers, trying until it is done; false when the worker is to stop before. */
    public boolean join() {
        long pauseMillis = FIRST_PAUSE_MILLIS;
        String lastMessage = "";
        while (!pause(0)) {
            try {
                registered(control.register(self));
                return true;
            } catch (ForebayException e) {
                String message = Objects.toString(e.getMessage());
                if (!message.equals(lastMessage)) { // a line for each change, not for each try
                    LOG.log(Level.WARNING, "worker not registered yet cause=\"" + message + "\"");
                    lastMessage = message;
                }
                if (pause(pauseMillis)) {
                    return false;
                }
                pauseMillis = Math.min(pauseMillis * 2, PAUSE_MILLIS_MAX);
            }
        }
        return false;
    }

    private void registered(RegisterWorkerReply reply) {
        told.accept(reply);
        if (reply.getHeartbeatMillis() > 0) {
            heartbeatMillis = reply.getHeartbeatMillis();
        }
        LOG.log(
                Level.INFO,
                "worker registered worker=" + self.getWorkerId() + " epoch=" + reply.getEpoch());
    }

    /** Reports until the worker is to stop (true) or a newer process took its place (false). */
    public boolean keep(Report report) {
        boolean answered = true;
        while (true) {
            try {
                FailureKind failure = report.send();
                answered = true;
                if (failure == FailureKind.FAILURE_STALE) {
                    LOG.log(
                            Level.ERROR,
                            EventName.WORKER_FENCED.line("worker", self.getWorkerId()));
                    return false;
                }
                if (failure == FailureKind.FAILURE_NOT_FOUND && !join()) {
                    return true;
                }
            } catch (ForebayException e) {
                if (answered) {
                    LOG.log(Level.WARNING, "heartbeat failed cause=\"" + e.getMessage() + "\"");
                }
                answered = false;
            }
            if (pause(heartbeatMillis)) {
                return true;
            }
        }
    }

    /** Whether the worker is to stop. */
    private boolean pause(long millis) {
        try {
            return stopped.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Measures the worker, tells the control plane, and answers the reply's failure. */
    @FunctionalInterface
    public interface Report {
        FailureKind send();
    }
}
