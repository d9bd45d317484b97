package io.forebay.schema;

/** The flags of chattr(1) that an inode can have here, as FS_IOC_GETFLAGS has them (linux/fs.h). */
public final class InodeFlags {
    private static final int IMMUTABLE = 0x10;
    private static final int APPEND = 0x20;
    private static final int NODUMP = 0x40;

    /** Holds for every inode: reading never changes a time here. */
    private static final int NOATIME = 0x80;

    /** What can be set. */
    public static final int ALL = IMMUTABLE | APPEND | NODUMP | NOATIME;

    /** What a new inode has of its directory, as on ext4 (EXT4_FL_INHERITED). */
    public static final int INHERITED = NODUMP | NOATIME;

    private InodeFlags() {}

    /** Nobody may change it, its attributes or, in a directory, its names. */
    public static boolean isImmutable(int flags) {
        return (flags & IMMUTABLE) != 0;
    }

    /** Nobody may do anything but write behind its end or, in a directory, make new names. */
    public static boolean isAppendOnly(int flags) {
        return (flags & APPEND) != 0;
    }
}
