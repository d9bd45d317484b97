package io.forebay.transport.local;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks a worker of this node for staged files. Safe for any number of threads: up to {@value
 * #CONNECTIONS_MAX} connections are opened as needed, kept, and opened again when the worker was
 * restarted; further threads wait for one. Opens that may wait long have {@value #WAITS_MAX} more:
 * they hold up nobody else.
 */
public final class StagedFileClient implements AutoCloseable {
    /** As many opens as a mount has in flight when each of its cores waits for one. */
    static final int CONNECTIONS_MAX = 16;

    /** Of opens that may wait for the bucket. */
    static final int WAITS_MAX = 32;

    /** An open may wait for the whole file to come back from the bucket. */
    private static final Duration REPLY_MAX = Duration.ofMinutes(15);

    private static final Duration SEND_MAX = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Path socketPath;
    private final int attemptsMax;
    private final Semaphore permits = new Semaphore(CONNECTIONS_MAX);
    private final Semaphore waits = new Semaphore(WAITS_MAX);
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private StagedFileClient(Path socketPath, int attemptsMax) {
        this.socketPath = socketPath;
        this.attemptsMax = attemptsMax;
    }

    /**
     * A client that gives a worker 10 s to come back. Nothing is connected before the first open.
     */
    public static StagedFileClient connect(Path socketPath) {
        return connect(socketPath, Duration.ofSeconds(10));
    }

    /** A client whose opens try again for about {@code patience} while nobody answers. */
    public static StagedFileClient connect(Path socketPath, Duration patience) {
        int attempts = 1 + (int) Math.min(patience.dividedBy(PAUSE), 1_000_000);
        return new StagedFileClient(socketPath, attempts);
    }

    /**
     * Opens the staged file that the token is for, which may have to come back from the bucket
     * first. May be repeated after any failure. An interrupt ends the wait.
     *
     * @throws ForebayException of the worker's kind; UNAVAILABLE when no worker answers
     */
    public NativeFile open(byte[] token) {
        return open(token, false);
    }

    /** As {@link #open}, and BUSY where the bytes are not here now. */
    public NativeFile openNow(byte[] token) {
        return open(token, true);
    }

    private NativeFile open(byte[] token, boolean atOnce) {
        if (token.length == 0 || token.length > Frames.TOKEN_BYTES_MAX) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID, "A grant token has 1 to 4096 bytes")
                    .with("bytes", token.length);
        }
        Semaphore turns = atOnce ? permits : waits;
        try {
            turns.acquire();
            try {
                return openWithRetry(token, atOnce);
            } finally {
                turns.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The open was interrupted", e);
        }
    }

    private NativeFile openWithRetry(byte[] token, boolean atOnce) throws InterruptedException {
        PosixException last = null;
        for (int attempt = 0; attempt < attemptsMax; attempt++) {
            if (attempt > 0 && pause()) {
                break;
            }
            try {
                return openOnce(token, atOnce);
            } catch (PosixException e) {
                last = e;
                if (e.kind() == FailureKind.FAILURE_TOO_MANY_FILES) {
                    throw e.toForebay("Raise this process's limit of open files");
                }
                if (e.errno() == PosixException.EAGAIN || e.errno() == PosixException.EACCES) {
                    break;
                }
            }
        }
        throw unavailable(last);
    }

    /** Over a kept connection if one still works, else over a new one. */
    private NativeFile openOnce(byte[] token, boolean atOnce) throws InterruptedException {
        for (Connection kept = idle.poll(); kept != null; kept = idle.poll()) {
            Optional<NativeFile> answer = askKept(kept, token, atOnce);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        Connection fresh = Connection.connect(socketPath, REPLY_MAX, SEND_MAX);
        return ask(fresh, token, atOnce);
    }

    /** Empty when the worker had ended that connection meanwhile. */
    private Optional<NativeFile> askKept(Connection kept, byte[] token, boolean atOnce)
            throws InterruptedException {
        try {
            return Optional.of(ask(kept, token, atOnce));
        } catch (PosixException e) {
            if (e.errno() == PosixException.EAGAIN) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private NativeFile ask(Connection connection, byte[] token, boolean atOnce)
            throws InterruptedException {
        boolean keep = false;
        try {
            Connection.Answer answer = connection.ask(token, atOnce);
            keep = answer.kind() != FailureKind.FAILURE_INVALID;
            NativeFile file = answer.file();
            if (file == null) {
                throw new ForebayException(answer.kind(), answer.text());
            }
            return file;
        } finally {
            if (keep && closed.getCount() > 0) {
                idle.push(connection);
            } else {
                connection.close();
            }
        }
    }

    /** Whether the client was closed meanwhile. */
    private boolean pause() {
        try {
            return closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private ForebayException unavailable(@Nullable PosixException cause) {
        String message = "The worker's socket does not answer; is a worker running on this node?";
        ForebayException failure =
                cause == null
                        ? new ForebayException(FailureKind.FAILURE_UNAVAILABLE, message)
                        : new ForebayException(FailureKind.FAILURE_UNAVAILABLE, message, cause)
                                .with("errno", cause.errno());
        return failure.with("socket", socketPath);
    }

    /** Ends the kept connections and the waiting of opens; those in flight finish. */
    @Override
    public void close() {
        closed.countDown();
        for (Connection kept = idle.poll(); kept != null; kept = idle.poll()) {
            kept.close();
        }
    }
}
