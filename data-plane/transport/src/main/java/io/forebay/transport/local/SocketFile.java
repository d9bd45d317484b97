package io.forebay.transport.local;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.posix.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/**
 * A listening socket and its file. The file is removed at the end only while it is still ours.
 *
 * @param key the file system's identity of the file (device and inode)
 */
record SocketFile(UnixSocket socket, Path path, Object key) implements AutoCloseable {
    private static final int BACKLOG = 128;
    private static final String UNIX_MODE = "unix:mode";
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_SOCKET = 0140000;

    static SocketFile listen(Path given) {
        Path path = given.toAbsolutePath();
        try {
            makeDirectory(path);
            removeStale(path);
            UnixSocket socket = UnixSocket.listen(path, BACKLOG);
            return new SocketFile(socket, path, key(path));
        } catch (IOException e) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID,
                            "The socket cannot be made; choose a directory that can be written",
                            e)
                    .with("socket", path)
                    .with("cause", e);
        } catch (PosixException e) {
            throw failed(e, path);
        }
    }

    private static ForebayException failed(PosixException e, Path path) {
        if (e.errno() == PosixException.EADDRINUSE) {
            return taken(path);
        }
        return e.toForebay("The socket cannot be made; choose a directory that can be written")
                .with("socket", path);
    }

    private static void makeDirectory(Path path) throws IOException {
        Path parent = Objects.requireNonNullElse(path.getParent(), path);
        if (!Files.isDirectory(parent)) {
            Files.createDirectories(
                    parent,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    private static void removeStale(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (int) Files.getAttribute(path, UNIX_MODE, LinkOption.NOFOLLOW_LINKS);
        if ((mode & TYPE_MASK) != TYPE_SOCKET) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID,
                            "What is at the socket's path is not a socket; move it or choose"
                                    + " another path")
                    .with("socket", path);
        }
        try (UnixSocket _ = UnixSocket.connect(path)) {
            throw taken(path);
        } catch (PosixException e) {
            if (e.errno() != PosixException.ECONNREFUSED) {
                throw e;
            }
        }
        Files.deleteIfExists(path);
    }

    private static ForebayException taken(Path path) {
        return new ForebayException(
                        FailureKind.FAILURE_BUSY,
                        "Another process listens on the socket; stop it or choose another path")
                .with("socket", path);
    }

    private static Object key(Path path) throws IOException {
        return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void close() {
        socket.close();
        try {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && key(path).equals(key)) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // A file that stays behind is stale: the next start replaces it.
        }
    }
}
