package io.forebay.fuse.session;

import io.forebay.fuse.posix.Device;
import io.forebay.fuse.posix.ThisProcess;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether this machine lets the tests mount. */
final class MountableHere {
    private MountableHere() {}

    static boolean check() {
        return Files.isReadable(Path.of(Device.PATH)) && ThisProcess.administrator();
    }
}
