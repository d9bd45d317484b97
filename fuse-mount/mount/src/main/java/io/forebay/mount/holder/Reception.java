package io.forebay.mount.holder;

import io.forebay.proto.FailureKind;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.posix.UnixSocket;
import java.util.concurrent.BlockingQueue;

/**
 * Takes connections, and turns what comes over them into events. Descriptors go to the shelf at
 * once, in the order in which they come, from the one process that serves.
 */
final class Reception implements AutoCloseable {
    private static final long PAUSE_MILLIS = 100;

    private final UnixSocket listener;
    private final Shelf shelf;
    private final BlockingQueue<Event> events;

    /** Whose descriptors are taken. Written by the holder's thread before it answers hello. */
    private volatile long servingPid;

    Reception(UnixSocket listener, Shelf shelf, BlockingQueue<Event> events) {
        this.listener = listener;
        this.shelf = shelf;
        this.events = events;
        daemon("reception", this::accept);
    }

    void serves(long pid) {
        servingPid = pid;
    }

    /** Ends accepting; connections end with their processes. */
    @Override
    public void close() {
        listener.close();
    }

    private void accept() {
        try {
            while (true) {
                acceptNext();
            }
        } catch (RuntimeException | InterruptedException closed) {
            // the holder ends
        }
    }

    private void acceptNext() throws InterruptedException {
        try {
            UnixSocket socket = listener.accept();
            int peer = socket.peerUid();
            if (peer == UnixSocket.effectiveUid() || peer == 0) {
                daemon("connection", () -> talk(socket));
            } else {
                socket.close();
            }
        } catch (PosixException refused) {
            if (refused.kind() != FailureKind.FAILURE_TOO_MANY_FILES) {
                throw refused;
            }
            Thread.sleep(PAUSE_MILLIS); // whoever waits is taken when a file was closed
        }
    }

    private void talk(UnixSocket socket) {
        long pid = 0;
        try {
            while (true) {
                Frame.Received received = Frame.receive(socket);
                Frame frame = received.frame();
                NativeFile file = received.file();
                switch (frame.kind()) {
                    case HELLO -> {
                        pid = frame.value();
                        events.add(new Event.Ready(socket, pid));
                    }
                    case KEEP -> {
                        if (file != null && pid != 0 && pid == servingPid) {
                            shelf.keep(frame.key(), file);
                            file = null;
                        }
                    }
                    case DROP -> {
                        if (pid != 0 && pid == servingPid) {
                            shelf.drop(frame.key());
                        }
                    }
                    case SERVING -> events.add(new Event.Serving(socket));
                    case BEAT -> events.add(new Event.Sign(socket, frame.key()));
                    case RESTART -> events.add(new Event.RestartAsked(socket));
                    case GIVEN, GIVEN_ALL, HAND_OVER, RESTARTED, NOT_RESTARTED -> {}
                }
                if (file != null) {
                    file.close();
                }
            }
        } catch (RuntimeException ended) {
            events.add(new Event.Gone(socket));
        }
    }

    private static void daemon(String name, Runnable task) {
        Thread.ofPlatform().daemon().name(name).start(task);
    }
}
