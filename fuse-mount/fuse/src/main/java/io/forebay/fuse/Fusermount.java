package io.forebay.fuse;

import io.forebay.fuse.posix.Device;
import java.nio.file.Path;

/** The set-uid program that mounts for those who may not. */
final class Fusermount {
    private Fusermount() {}

    static Device mount(Path mountPoint, MountOptions options, String subtype) {
        if (options.readerThreads() > 0) {
            throw new FuseMountException("not root" + mountPoint + subtype);
        }
        return Device.of(0);
    }

    static void unmount(Path mountPoint) {}
}
