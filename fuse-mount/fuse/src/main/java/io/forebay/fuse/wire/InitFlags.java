package io.forebay.fuse.wire;

/**
 * The capability bits of INIT that are used. Bits 32 to 63 travel in {@code flags2}, which exists
 * where {@link #INIT_EXT} is set.
 */
public final class InitFlags {
    /** Several read-ahead requests at once. */
    public static final long ASYNC_READ = 1L;

    /** fcntl(2) locks come as requests, else the kernel keeps them for this machine alone. */
    public static final long POSIX_LOCKS = 1L << 1;

    /** OPEN and CREATE carry O_TRUNC; no SETATTR comes for it. */
    public static final long ATOMIC_O_TRUNC = 1L << 3;

    /** LOOKUP of "." and "..", by which file handles are opened (open_by_handle_at(2), NFS). */
    public static final long EXPORT_SUPPORT = 1L << 4;

    /** Writes of more than one page. */
    public static final long BIG_WRITES = 1L << 5;

    /** New files' modes come as the application gave them, with its umask beside; since 7.12. */
    public static final long DONT_MASK = 1L << 6;

    /** flock(2) locks come as requests. */
    public static final long FLOCK_LOCKS = 1L << 10;

    /** Cached pages go when GETATTR shows another size or time of modification. */
    public static final long AUTO_INVAL_DATA = 1L << 12;

    public static final long DO_READDIRPLUS = 1L << 13;

    /** The kernel chooses between READDIR and READDIRPLUS by what the application does. */
    public static final long READDIRPLUS_AUTO = 1L << 14;

    /** One O_DIRECT transfer becomes several requests at once. */
    public static final long ASYNC_DIO = 1L << 15;

    /** Never asked for: it excludes {@link #PASSTHROUGH}. */
    public static final long WRITEBACK_CACHE = 1L << 16;

    /** LOOKUP and READDIR of one directory at once. */
    public static final long PARALLEL_DIROPS = 1L << 18;

    /**
     * The kernel checks permissions by access control lists as well, which it reads as the extended
     * attributes system.posix_acl_access and _default; since 7.26.
     */
    public static final long POSIX_ACL = 1L << 20;

    /** {@code max_pages} of the answer counts. */
    public static final long MAX_PAGES = 1L << 22;

    /**
     * The mount takes set-id bits away at writes, and the kernel remembers which files have no
     * capabilities instead of asking before each write; since 7.33.
     */
    public static final long HANDLE_KILLPRIV_V2 = 1L << 28;

    /** SETXATTR has its longer struct; since 7.33. */
    public static final long SETXATTR_EXT = 1L << 29;

    public static final long INIT_EXT = 1L << 30;

    /** mmap(MAP_SHARED) of a file that is open with FOPEN_DIRECT_IO; since 7.39. */
    public static final long DIRECT_IO_ALLOW_MMAP = 1L << 36;

    /** I/O on a backing file; since 7.40. */
    public static final long PASSTHROUGH = 1L << 37;

    /**
     * Requests that a dead process had read can be asked for again ({@link Notifications#RESEND});
     * since 7.40.
     */
    public static final long HAS_RESEND = 1L << 39;

    private InitFlags() {}
}
