package io.forebay.fuse.session;

import io.forebay.fuse.posix.MountTable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Where to mount: checked, so that each mistake gets a message of its own. */
final class MountPoint {
    private MountPoint() {}

    /**
     * @return the absolute path without links
     * @throws FuseMountException where nothing can be mounted there
     */
    static Path check(Path path) {
        Path real = withoutLinks(path.toAbsolutePath().normalize());
        Optional<MountTable.Entry> mounted = mountedAt(real);
        if (mounted.isPresent()) {
            throw alreadyMounted(real, mounted.get());
        }
        if (!Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
            throw new FuseMountException(
                    "The mount point " + real + " does not exist. Make it: mkdir -p " + real);
        }
        if (!Files.isDirectory(real)) {
            throw new FuseMountException("The mount point " + real + " is not a directory");
        }
        requireEmpty(real);
        return real;
    }

    /** What is mounted at exactly this path. */
    static Optional<MountTable.Entry> mountedAt(Path real) {
        try {
            return MountTable.at(real);
        } catch (IOException unreadable) {
            throw new FuseMountException("The mount table cannot be read: is /proc mounted?");
        }
    }

    static FuseMountException noDevice() {
        return new FuseMountException(
                "/dev/fuse is missing. Load the module (modprobe fuse); in a container, pass"
                        + " the device in (--device /dev/fuse)");
    }

    /** The last part may be a dead mount, which answers nothing, so only what is above is asked. */
    private static Path withoutLinks(Path path) {
        Path parent = path.getParent();
        Path name = path.getFileName();
        if (parent == null || name == null) {
            throw new FuseMountException("The root directory cannot be a mount point");
        }
        try {
            Path real = parent.toRealPath().resolve(name);
            return Files.isSymbolicLink(real) ? real.toRealPath() : real;
        } catch (IOException absent) {
            throw new FuseMountException(
                    "The mount point " + path + " does not exist. Make it: mkdir -p " + path,
                    absent);
        }
    }

    private static FuseMountException alreadyMounted(Path real, MountTable.Entry mounted) {
        if (mounted.isFuse() && isDead(real)) {
            return new FuseMountException(
                    "A dead FUSE mount is left at "
                            + real
                            + ". Remove it: fusermount3 -u -z "
                            + real
                            + " (or, as root: umount -l "
                            + real
                            + ")");
        }
        return new FuseMountException(
                "Something is mounted at "
                        + real
                        + " already ("
                        + mounted.type()
                        + "). Unmount it (fusermount3 -u or umount), or choose another directory");
    }

    /** The kernel answers ENOTCONN; only opening is sure to ask it, attributes may be cached. */
    private static boolean isDead(Path real) {
        try (DirectoryStream<Path> _ = Files.newDirectoryStream(real)) {
            return false;
        } catch (AccessDeniedException alive) {
            return false;
        } catch (IOException dead) {
            return true;
        }
    }

    private static void requireEmpty(Path real) {
        try (DirectoryStream<Path> content = Files.newDirectoryStream(real)) {
            if (content.iterator().hasNext()) {
                throw new FuseMountException(
                        "The mount point "
                                + real
                                + " is not empty, and a mount would hide what is in it."
                                + " Empty it, or choose another directory");
            }
        } catch (IOException unreadable) {
            throw new FuseMountException(
                    "The mount point " + real + " cannot be read: check its permissions",
                    unreadable);
        }
    }
}
