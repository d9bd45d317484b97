package io.forebay.fuse.session;

import io.forebay.fuse.Errno;
import io.forebay.fuse.posix.Fusermount;
import io.forebay.fuse.posix.MountTable;
import io.forebay.fuse.posix.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A mount in the tree of files: how it goes, and is cut off.
 *
 * @param mountPoint absolute, without links
 * @param deviceMinor tells this mount from a later one at the same place; -1: not known
 */
record MountedTree(Path mountPoint, int deviceMinor) {
    private static final Path CONNECTIONS = Path.of("/sys/fs/fuse/connections");

    /** Takes the mount out of the tree, also while files in it are open. */
    void unmount() {
        if (!isThere()) {
            return;
        }
        int result = Mounts.unmount(mountPoint);
        if (result == -Errno.EBUSY.number()) {
            result = Mounts.detach(mountPoint);
        }
        if (result == -Errno.EPERM.number()) {
            Fusermount.find().ifPresent(program -> program.unmount(mountPoint));
        }
    }

    /** Fails all requests, now and from now on, with ECONNABORTED; true where that was possible. */
    boolean abort() {
        if (isThere() && Mounts.force(mountPoint) == 0) {
            return true;
        }
        if (deviceMinor < 0) {
            return false;
        }
        if (!Files.isDirectory(CONNECTIONS.resolve(String.valueOf(deviceMinor)))) {
            return abortByOwnTree();
        }
        return abort(CONNECTIONS);
    }

    private boolean isThere() {
        Optional<MountTable.Entry> entry = MountPoint.mountedAt(mountPoint);
        return entry.isPresent()
                && entry.get().isFuse()
                && (deviceMinor < 0 || entry.get().deviceMinor() == deviceMinor);
    }

    private boolean abort(Path connections) {
        try {
            Files.writeString(
                    connections.resolve(String.valueOf(deviceMinor)).resolve("abort"), "1");
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /** Where nobody has mounted the tree of connections, for a moment at a place of our own. */
    private boolean abortByOwnTree() {
        try {
            Path tree = Files.createTempDirectory("fuse-connections");
            long usual = MountFlag.bits(MountFlag.USUAL);
            try {
                if (Mounts.mount(tree, "fusectl", "fusectl", usual, "") < 0) {
                    return false;
                }
                boolean done = abort(tree);
                Mounts.detach(tree);
                return done;
            } finally {
                Files.delete(tree);
            }
        } catch (IOException refused) {
            return false;
        }
    }
}
