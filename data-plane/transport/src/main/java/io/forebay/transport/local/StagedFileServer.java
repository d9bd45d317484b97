package io.forebay.transport.local;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.posix.UnixSocket;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Listens on a unix socket and answers tokens with open files. A platform thread waits in each
 * connection; above the bound on connections a new one is answered BUSY.
 *
 * <p>Only the own user and root are answered. Closing ends all connections and removes the socket
 * file.
 */
public final class StagedFileServer implements AutoCloseable {
    /** All that ten mounts of a node may open; each costs a thread that sleeps. */
    public static final int CONNECTIONS_MAX =
            10 * (StagedFileClient.CONNECTIONS_MAX + StagedFileClient.WAITS_MAX);

    private static final System.Logger LOG = System.getLogger(StagedFileServer.class.getName());

    private static final Duration FOREVER = Duration.ZERO;
    private static final Duration SEND_MAX = Duration.ofSeconds(10);
    private static final long ACCEPT_PAUSE_MILLIS = 100;

    private final SocketFile file;
    private final StagedFileHandler handler;
    private final int connectionsMax;
    private final Set<UnixSocket> connections = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread acceptor;

    private StagedFileServer(SocketFile file, StagedFileHandler handler, int connectionsMax) {
        this.file = file;
        this.handler = handler;
        this.connectionsMax = connectionsMax;
        this.acceptor = Thread.ofPlatform().name("staged-accept").daemon().unstarted(this::accept);
    }

    public static StagedFileServer start(Path socketPath, StagedFileHandler handler) {
        return start(socketPath, handler, CONNECTIONS_MAX);
    }

    /**
     * Listens at {@code socketPath}; its directory is made (0700) when it is not there. A socket
     * file that nobody listens on is replaced.
     *
     * @throws ForebayException BUSY when another process listens there, INVALID when the path
     *     cannot be a socket
     */
    public static StagedFileServer start(
            Path socketPath, StagedFileHandler handler, int connectionsMax) {
        SocketFile file = SocketFile.listen(socketPath);
        StagedFileServer server = new StagedFileServer(file, handler, connectionsMax);
        server.acceptor.start();
        return server;
    }

    private void accept() {
        while (closed.getCount() > 0) {
            try {
                admit(file.socket().accept());
            } catch (PosixException e) {
                if (closed.getCount() == 0) {
                    return;
                }
                LOG.log(Level.WARNING, "connection not accepted; retried errno=" + e.errno());
                pause();
            } catch (ForebayException e) {
                return; // the listening socket was closed
            }
        }
    }

    private void pause() {
        try {
            boolean _ = closed.await(ACCEPT_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void admit(UnixSocket socket) {
        connections.add(socket);
        if (closed.getCount() == 0) {
            drop(socket);
            return;
        }
        Thread.ofPlatform().name("staged-open").daemon().start(() -> serve(socket));
    }

    private void serve(UnixSocket socket) {
        try {
            socket.timeouts(FOREVER, SEND_MAX);
            if (admitted(socket)) {
                boolean more = true;
                while (more) {
                    more = exchange(socket);
                }
            }
        } catch (PosixException | ForebayException e) {
            // The peer is gone, or this server is being closed: the connection has served its time.
        } finally {
            drop(socket);
        }
    }

    private boolean admitted(UnixSocket socket) {
        int uid = socket.peerUid();
        if (uid != 0 && uid != UnixSocket.effectiveUid()) {
            LOG.log(Level.WARNING, "connection of another user refused uid=" + uid);
            refuse(socket, FailureKind.FAILURE_PERMISSION, "Run the mount as the worker's user");
            return false;
        }
        if (connections.size() > connectionsMax) {
            LOG.log(Level.WARNING, "connection refused, too many max=" + connectionsMax);
            String text = "The worker has as many connections as it may; retry later";
            refuse(socket, FailureKind.FAILURE_BUSY, text);
            return false;
        }
        return true;
    }

    /** One request and its reply; whether the connection can carry another one. */
    private boolean exchange(UnixSocket socket) {
        byte[] header = receive(socket, Frames.REQUEST_HEADER_BYTES);
        if (header.length < Frames.REQUEST_HEADER_BYTES) {
            return false;
        }
        int length = Frames.tokenLength(header);
        if (length <= 0 || length > Frames.TOKEN_BYTES_MAX) {
            refuse(socket, FailureKind.FAILURE_INVALID, "A grant token has 1 to 4096 bytes");
            return false;
        }
        byte[] token = receive(socket, length);
        if (token.length < length) {
            return false;
        }
        answer(socket, token, Frames.isAtOnce(header));
        return true;
    }

    private static byte[] receive(UnixSocket socket, int size) {
        UnixSocket.Received received = socket.receive(size);
        received.discard(); // clients pass no files
        return received.bytes();
    }

    private void answer(UnixSocket socket, byte[] token, boolean atOnce) {
        try (NativeFile opened = handler.open(token, atOnce)) {
            socket.send(Frames.reply(FailureKind.FAILURE_NONE, ""), opened);
        } catch (ForebayException e) {
            refuse(socket, e.kind(), Objects.toString(e.getMessage()));
        } catch (PosixException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "staged file not opened, a bug", e);
            String text = "The worker failed inside; see its log";
            refuse(socket, FailureKind.FAILURE_UNAVAILABLE, text);
        }
    }

    private static void refuse(UnixSocket socket, FailureKind kind, String text) {
        socket.send(Frames.reply(kind, text), null);
    }

    private void drop(UnixSocket socket) {
        connections.remove(socket);
        socket.close();
    }

    @Override
    public void close() {
        closed.countDown();
        file.close();
        connections.forEach(UnixSocket::close);
        try {
            acceptor.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connections.forEach(UnixSocket::close);
    }
}
