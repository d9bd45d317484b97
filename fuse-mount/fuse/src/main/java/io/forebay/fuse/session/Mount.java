package io.forebay.fuse.session;

import io.forebay.fuse.Errno;
import io.forebay.fuse.posix.DescriptorHandover;
import io.forebay.fuse.posix.Device;
import io.forebay.fuse.posix.Fusermount;
import io.forebay.fuse.posix.MountTable;
import io.forebay.fuse.posix.Mounts;
import io.forebay.fuse.posix.ThisProcess;
import java.nio.file.Files;
import java.nio.file.Path;

/** One mount, and the device that it is served by: how it comes. */
record Mount(MountedTree tree, Device device) {
    private static final String SUBTYPE = "forebay";

    /**
     * Mounts, by mount(2) where that is allowed, else through fusermount3.
     *
     * @throws FuseMountException with what to do
     */
    static Mount make(MountOptions options) {
        return make(options, ThisProcess.administrator());
    }

    static Mount make(MountOptions options, boolean administrator) {
        Path mountPoint = MountPoint.check(options.mountPoint());
        if (!Files.exists(Path.of(Device.PATH))) {
            throw MountPoint.noDevice();
        }
        Device device =
                administrator ? byKernel(mountPoint, options) : byProgram(mountPoint, options);
        int minor = MountPoint.mountedAt(mountPoint).map(MountTable.Entry::deviceMinor).orElse(-1);
        return new Mount(new MountedTree(mountPoint, minor), device);
    }

    private static Device byKernel(Path mountPoint, MountOptions options) {
        int descriptor = Device.openDescriptor();
        if (descriptor < 0) {
            throw new FuseMountException(
                    "/dev/fuse cannot be opened ("
                            + Errno.of(-descriptor)
                            + "). Check its permissions; in a container, its device rules");
        }
        Device device = Device.of(descriptor);
        String data =
                "fd=%d,rootmode=40000,user_id=%d,group_id=%d,default_permissions%s"
                        .formatted(
                                descriptor,
                                ThisProcess.userId(),
                                ThisProcess.groupId(),
                                options.allowOther() ? ",allow_other" : "");
        int result =
                Mounts.mount(
                        mountPoint,
                        options.source(),
                        "fuse." + SUBTYPE,
                        MountFlag.bits(options.flags()),
                        data);
        if (result < 0) {
            device.close();
            throw new FuseMountException(
                    "The kernel refused to mount at "
                            + mountPoint
                            + " ("
                            + Errno.of(-result)
                            + "). In a container, CAP_SYS_ADMIN and an unconfined mount(2) are"
                            + " needed");
        }
        return device;
    }

    static Device byProgram(Path mountPoint, MountOptions options) {
        Fusermount program = Fusermount.find().orElseThrow(Mount::noProgram);
        String list =
                "fsname=%s,subtype=%s,default_permissions%s%s"
                        .formatted(
                                options.source().replace("\\", "\\\\").replace(",", "\\,"),
                                SUBTYPE,
                                options.allowOther() ? ",allow_other" : "",
                                MountFlag.options(options.flags()));
        DescriptorHandover handover = program.mount(mountPoint, list);
        if (handover.descriptor() < 0) {
            throw new FuseMountException(
                    handover.errors().strip()
                            + " (at "
                            + mountPoint
                            + "). Mount as root, or let fusermount3 be set-uid root: apt install"
                            + " fuse3; a container needs CAP_SYS_ADMIN (--cap-add SYS_ADMIN)");
        }
        return Device.of(handover.descriptor());
    }

    private static FuseMountException noProgram() {
        return new FuseMountException(
                "Mounting needs CAP_SYS_ADMIN or the program fusermount3, and neither is here."
                        + " Install it: apt install fuse3");
    }
}
