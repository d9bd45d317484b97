package io.forebay.mount.holder;

import io.forebay.fuse.posix.MountTable;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.posix.UnixSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;

/** Where the holder of a mount point listens, so that whoever knows the mount point finds it. */
final class HolderSocket {
    /** As long as a holder has for its own end. */
    private static final Duration ENDING_MAX = Duration.ofSeconds(20);

    private static final long LOOK_MILLIS = 50;

    private HolderSocket() {}

    /** In a directory of the own user's, under a name that fits a socket address. */
    static Path of(Path mountPoint) {
        byte[] name = real(mountPoint).toString().getBytes(StandardCharsets.UTF_8);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name);
            String short16 = HexFormat.of().formatHex(digest, 0, 8);
            return directory().resolve("mount-" + short16 + ".socket");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every Java has it
        }
    }

    /**
     * Listens for the mount processes and commands of a mount point. A holder whose mount was just
     * taken away may still be at its last tasks: it is waited for.
     *
     * @throws IllegalStateException when a holder listens there already, and goes on
     */
    static UnixSocket listen(Path path, Path mountPoint) {
        try {
            Files.createDirectories(
                    Objects.requireNonNull(path.getParent()),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            if (Files.exists(path)) {
                if (staysAlive(path, mountPoint)) {
                    throw new IllegalStateException(
                            "another `forebay mount` holds this mount point; stop it first");
                }
                Files.deleteIfExists(path);
            }
            return UnixSocket.listen(path, 16);
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot listen in " + path.getParent() + ": check its owner", failed);
        }
    }

    private static boolean staysAlive(Path path, Path mountPoint) throws IOException {
        for (long waited = 0; waited < ENDING_MAX.toMillis(); waited += LOOK_MILLIS) {
            if (!isAlive(path)) {
                return false;
            }
            if (MountTable.at(real(mountPoint)).isPresent()) {
                return true;
            }
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException asked) {
                Thread.currentThread().interrupt();
                return true;
            }
        }
        return isAlive(path);
    }

    private static boolean isAlive(Path path) {
        try (UnixSocket _ = UnixSocket.connect(path)) {
            return true;
        } catch (PosixException dead) {
            return false;
        }
    }

    /** The last part may be a mount that answers nothing, so only what is above is asked. */
    private static Path real(Path mountPoint) {
        Path absolute = mountPoint.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        Path name = absolute.getFileName();
        try {
            return parent == null || name == null ? absolute : parent.toRealPath().resolve(name);
        } catch (IOException absent) {
            return absolute;
        }
    }

    private static Path directory() {
        int user = UnixSocket.effectiveUid();
        if (user == 0) {
            return Path.of("/run/forebay");
        }
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        return runtime == null || runtime.isEmpty()
                ? Path.of("/tmp/forebay-" + user)
                : Path.of(runtime, "forebay");
    }
}
