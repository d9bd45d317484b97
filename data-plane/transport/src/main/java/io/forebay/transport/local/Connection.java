package io.forebay.transport.local;

import io.forebay.proto.FailureKind;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.posix.UnixSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A client's connection: one request at a time. */
record Connection(UnixSocket socket, Duration replyMax) implements AutoCloseable {
    private static final long PAUSE_NANOS_MIN = 50_000;
    private static final long PAUSE_NANOS_MAX = 50_000_000;

    static Connection connect(Path path, Duration replyMax, Duration sendMax) {
        UnixSocket socket = UnixSocket.connect(path);
        socket.timeouts(replyMax, sendMax);
        return new Connection(socket, replyMax);
    }

    /**
     * Sends a token and waits for the answer.
     *
     * @throws PosixException when the connection is of no use any more; EAGAIN: no answer in time
     */
    Answer ask(byte[] token, boolean atOnce) throws InterruptedException {
        socket.send(Frames.request(token, atOnce), null);
        if (!atOnce) {
            awaitAnswer();
        }
        UnixSocket.Received head = socket.receive(Frames.REPLY_HEADER_BYTES);
        boolean handedOver = false;
        try {
            int length = checkedTextLength(head.bytes());
            UnixSocket.Received body = socket.receive(length);
            body.discard();
            if (body.bytes().length < length) {
                throw PosixException.connectionReset();
            }
            FailureKind kind = Frames.kind(head.bytes());
            if (kind != FailureKind.FAILURE_NONE) {
                return new Answer(kind, new String(body.bytes(), StandardCharsets.UTF_8), null);
            }
            if (head.passed() == null) {
                return new Answer(
                        FailureKind.FAILURE_TOO_MANY_FILES,
                        "The worker's file did not arrive; raise this process's limit of open"
                                + " files",
                        null);
            }
            handedOver = true;
            return new Answer(kind, "", head.passed());
        } finally {
            if (!handedOver) {
                head.discard();
            }
        }
    }

    /**
     * The wait for a file to come back can be interrupted, and holds no carrier of virtual threads,
     * as a wait inside of a system call would. The answer is late by a tenth at most.
     */
    private void awaitAnswer() throws InterruptedException {
        long pause = PAUSE_NANOS_MIN;
        long begin = System.nanoTime();
        while (!socket.isReadable()) {
            if (System.nanoTime() - begin > replyMax.toNanos()) {
                throw PosixException.of("poll", PosixException.EAGAIN);
            }
            Thread.sleep(Duration.ofNanos(pause));
            pause = Math.min(pause + pause / 10, PAUSE_NANOS_MAX);
        }
    }

    private static int checkedTextLength(byte[] header) {
        if (header.length < Frames.REPLY_HEADER_BYTES) {
            throw PosixException.connectionReset();
        }
        int length = Frames.textLength(header);
        if (length < 0 || length > Frames.TEXT_BYTES_MAX) {
            throw PosixException.connectionReset();
        }
        return length;
    }

    @Override
    public void close() {
        socket.close();
    }

    /**
     * A worker's answer.
     *
     * @param file set when the kind is FAILURE_NONE; the receiver closes it
     */
    record Answer(FailureKind kind, String text, @Nullable NativeFile file) {}
}
