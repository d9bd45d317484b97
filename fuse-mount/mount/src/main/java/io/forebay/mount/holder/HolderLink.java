package io.forebay.mount.holder;

import static java.lang.System.Logger.Level.WARNING;

import io.forebay.mount.kept.Descriptors;
import io.forebay.observability.EventName;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.posix.UnixSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The mount process's side. Without its holder a mount goes on, unprotected: the loss is said once,
 * and what is kept from then on goes nowhere.
 */
public final class HolderLink implements Descriptors, AutoCloseable {
    /** Ends with this status what ended for its successor. */
    public static final int HANDED_OVER_STATUS = 75;

    /** Ends with this status who cannot use what was kept. */
    public static final int REFUSED_STATUS = 78;

    private static final System.Logger LOG = System.getLogger(HolderLink.class.getName());

    /** A holder that takes nothing for this long is as good as dead; the mount must not wait. */
    private static final Duration SEND_MAX = Duration.ofSeconds(5);

    /** The predecessor's end is waited for; it has its own bound. */
    private static final Duration NO_BOUND = Duration.ZERO;

    private final UnixSocket socket;

    /** Held while sending, because a frame must not be cut by another one. */
    private final ReentrantLock sending = new ReentrantLock();

    private volatile boolean lost;

    private HolderLink(UnixSocket socket) {
        this.socket = socket;
    }

    /** The holder's descriptors, by key, when a mount was made before; else empty. */
    public Map<Integer, NativeFile> inherit(long processId) {
        new Frame(Frame.Kind.HELLO, 0, processId).send(socket, null);
        Map<Integer, NativeFile> files = new HashMap<>();
        Frame.Received next = Frame.receive(socket);
        while (next.frame().kind() != Frame.Kind.GIVEN_ALL) {
            NativeFile file = next.file();
            if (next.frame().kind() == Frame.Kind.GIVEN && file != null) {
                files.put(next.frame().key(), file);
            }
            next = Frame.receive(socket);
        }
        return files;
    }

    /**
     * @throws PosixException when there is no holder
     */
    public static HolderLink connect(Path path) {
        UnixSocket socket = UnixSocket.connect(path);
        socket.timeouts(NO_BOUND, SEND_MAX);
        return new HolderLink(socket);
    }

    /** Says that the mount is served from now on. */
    public void serving(int takeovers) {
        send(new Frame(Frame.Kind.SERVING, 0, takeovers), null);
    }

    /** Says that this process lives, and for how many seconds a request is stuck. */
    public void beat(int stuckSeconds) {
        send(new Frame(Frame.Kind.BEAT, stuckSeconds, 0), null);
    }

    /** Waits until the holder asks for a hand-over; false when there is no holder any more. */
    public boolean awaitHandOver() {
        try {
            while (true) {
                Frame.Received received = Frame.receive(socket);
                NativeFile file = received.file();
                if (file != null) {
                    file.close();
                }
                if (received.frame().kind() == Frame.Kind.HAND_OVER) {
                    return true;
                }
            }
        } catch (RuntimeException gone) {
            lose(gone);
            return false;
        }
    }

    @Override
    public void keep(int key, NativeFile file) {
        send(new Frame(Frame.Kind.KEEP, key, 0), file);
    }

    @Override
    public void drop(int key) {
        send(new Frame(Frame.Kind.DROP, key, 0), null);
    }

    @Override
    public void close() {
        lost = true;
        socket.close();
    }

    private void send(Frame frame, @org.jspecify.annotations.Nullable NativeFile file) {
        if (lost) {
            return;
        }
        sending.lock();
        try {
            frame.send(socket, file);
        } catch (PosixException gone) {
            lose(gone);
        } finally {
            sending.unlock();
        }
    }

    private void lose(RuntimeException cause) {
        if (!lost) {
            lost = true;
            LOG.log(WARNING, EventName.HOLDER_LOST.line("cause", cause.toString()));
            socket.close();
        }
    }
}
