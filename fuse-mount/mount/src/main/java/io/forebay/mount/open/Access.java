package io.forebay.mount.open;

/** What an open may do, from open(2)'s flags (asm-generic/fcntl.h). */
public record Access(
        boolean read, boolean write, boolean truncate, boolean append, boolean exclusive) {
    private static final int ACCESS_MASK = 3;
    private static final int WRITE_ONLY = 1;
    private static final int READ_WRITE = 2;
    private static final int EXCLUSIVE = 0200;
    private static final int TRUNCATE = 01000;
    private static final int APPEND = 02000;

    /** A bit of O_SYNC as well. */
    private static final int DSYNC = 010000;

    /** As O_RDONLY. */
    public static final Access READ = new Access(true, false, false, false, false);

    /** As O_WRONLY. */
    public static final Access WRITE = new Access(false, true, false, false, false);

    /** As O_WRONLY | O_TRUNC. */
    public static final Access CUT = new Access(false, true, true, false, false);

    /** As {@link #of} takes them. */
    public int flags() {
        int mode = write ? (read ? READ_WRITE : WRITE_ONLY) : 0;
        return mode
                | (truncate ? TRUNCATE : 0)
                | (append ? APPEND : 0)
                | (exclusive ? EXCLUSIVE : 0);
    }

    /** Whether each write is to survive a power loss before it is answered. */
    public static boolean isDurable(int flags) {
        return (flags & ACCESS_MASK) != 0 && (flags & DSYNC) != 0;
    }

    /** An open that truncates counts as one that writes, whatever its access mode. */
    public static Access of(int flags) {
        int mode = flags & ACCESS_MASK;
        boolean truncate = (flags & TRUNCATE) != 0;
        return new Access(
                mode != WRITE_ONLY,
                mode == WRITE_ONLY || mode == READ_WRITE || truncate,
                truncate,
                (flags & APPEND) != 0,
                (flags & EXCLUSIVE) != 0);
    }
}
