package io.forebay.mount.holder;

import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.posix.UnixSocket;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One message between holder and mount process; a descriptor may travel beside it. Processes of
 * different versions speak with each other: a kind keeps its number and meaning for ever.
 *
 * <pre>
 *  0 kind u32    4 key u32
 *  8 value u64
 * </pre>
 */
record Frame(Kind kind, int key, long value) {
    static final int BYTES = 16;

    enum Kind {
        /** A mount process is ready to be given what is kept; value: its process id. */
        HELLO(1),
        /** Keep the descriptor beside this under the key. */
        KEEP(2),
        /** Close what is kept under the key. */
        DROP(3),
        /** The mount process lives; key: seconds that its oldest stuck request waits. */
        BEAT(4),
        /** The mount process serves; value: how many there were before. */
        SERVING(5),
        /** To the mount process: what is kept under the key. */
        GIVEN(6),
        /** To the mount process: that was all; key: how many. */
        GIVEN_ALL(7),
        /** To the mount process: end what was begun, and end, so that the next one can serve. */
        HAND_OVER(8),
        /** From a command: hand the mount over to a new process. */
        RESTART(9),
        /** To a command: done; value: the new process's id. */
        RESTARTED(10),
        /** To a command: it could not be done; the old process goes on if it can. */
        NOT_RESTARTED(11);

        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    /** A frame, and the descriptor that came with it, which its receiver closes. */
    record Received(Frame frame, @Nullable NativeFile file) {}

    static Frame of(Kind kind) {
        return new Frame(kind, 0, 0);
    }

    void send(UnixSocket socket, @Nullable NativeFile file) {
        byte[] bytes =
                ByteBuffer.allocate(BYTES).putInt(kind.number).putInt(key).putLong(value).array();
        socket.send(bytes, file);
    }

    /**
     * Waits for the next frame that this version knows.
     *
     * @throws PosixException when the other side has ended
     */
    static Received receive(UnixSocket socket) {
        while (true) {
            UnixSocket.Received received = socket.receive(BYTES);
            if (received.bytes().length < BYTES) {
                received.discard();
                throw PosixException.connectionReset();
            }
            ByteBuffer bytes = ByteBuffer.wrap(received.bytes());
            int number = bytes.getInt();
            for (Kind kind : Kind.values()) {
                if (kind.number == number) {
                    Frame frame = new Frame(kind, bytes.getInt(), bytes.getLong());
                    return new Received(frame, received.passed());
                }
            }
            received.discard(); // of a newer version, which goes without it
        }
    }
}
