package io.forebay.fuse;

/** How the flags of chattr(1) travel: as the ioctl(2) that asks for them has them. */
public enum FlagForm {
    /** FS_IOC_GETFLAGS and FS_IOC_SETFLAGS of the kernel's own. */
    INT(Integer.BYTES),

    /** FS_IOC_GETFLAGS as programs say it. */
    LONG(Long.BYTES),

    /** {@code struct fsxattr}, of FS_IOC_FSGETXATTR and FS_IOC_FSSETXATTR. */
    EXTENDED(28);

    private final int bytes;

    FlagForm(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }
}
