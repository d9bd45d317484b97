package io.forebay.server.wiring;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the control plane keeps what must outlive it: {@code metadata/} (the store) and {@code
 * grant.key} (32 random bytes, readable by the owner only, from which the workers' keys are
 * derived); and, while it runs, {@code calls.sock} for the mounts of this machine.
 */
record StateDirectory(Path path) {
    private static final int KEY_BYTES = 32;

    /** Makes the directory where it is missing, and shows that it can be written. */
    static StateDirectory open(Path path) {
        try {
            Files.createDirectories(
                    path,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw unusable(path, e);
        }
        if (!Files.isWritable(path)) {
            throw unusable(path, null);
        }
        return new StateDirectory(path);
    }

    Path metadata() {
        return path.resolve("metadata");
    }

    Path socket() {
        return path.resolve("calls.sock");
    }

    /** The key, made at the first start. */
    byte[] masterKey() {
        Path file = path.resolve("grant.key");
        try {
            byte[] key = Files.exists(file) ? Files.readAllBytes(file) : newKey(file);
            if (key.length == KEY_BYTES) {
                return key;
            }
        } catch (IOException e) {
            throw unusable(file, e);
        }
        throw new ForebayException(
                        FailureKind.FAILURE_CORRUPT,
                        "The key for grants is damaged: restore the file, or remove it and restart"
                                + " the control plane and the workers.")
                .with("file", file);
    }

    private static byte[] newKey(Path file) throws IOException {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        Path next = file.resolveSibling("grant.key.new");
        Files.deleteIfExists(next);
        try (FileChannel channel =
                FileChannel.open(
                        next,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap(key);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        return key;
    }

    private static ForebayException unusable(Path path, @Nullable IOException cause) {
        String text =
                "The state directory cannot be used: let this user read and write it, or name"
                        + " another one with "
                        + ServerSettings.STATE_DIRECTORY
                        + ".";
        ForebayException failure =
                cause == null
                        ? new ForebayException(FailureKind.FAILURE_PERMISSION, text)
                        : new ForebayException(FailureKind.FAILURE_PERMISSION, text, cause)
                                .with("reason", cause);
        return failure.with("path", path);
    }
}
