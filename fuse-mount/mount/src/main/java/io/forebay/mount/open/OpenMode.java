package io.forebay.mount.open;

import io.forebay.fuse.OpenFlags;

/**
 * How reads and writes of an inode travel. Decided at its first open and kept until its last
 * release, because the kernel refuses a mix of the first with the others.
 */
public enum OpenMode {
    /** The kernel goes straight to the staged file. */
    PASSTHROUGH(OpenFlags.PASSTHROUGH),

    /**
     * A handle of an inode that is passed through, each of whose reads and writes is a request
     * nevertheless; only mappings are not. As long as one handle is passed through, the kernel
     * refuses with EIO each open that is not marked as such (fuse_file_io_open in
     * fs/fuse/iomode.c).
     */
    SEEN(OpenFlags.PASSTHROUGH | OpenFlags.DIRECT_IO | OpenFlags.PARALLEL_DIRECT_WRITES),

    /**
     * Each read and write is a request to the mount, several at a time; nothing is kept by the
     * kernel. Chosen where the first open writes: three to five times faster than through the page
     * cache.
     */
    DIRECT(OpenFlags.DIRECT_IO | OpenFlags.PARALLEL_DIRECT_WRITES),

    /**
     * Through the kernel's page cache, which reads ahead and lets the file be mapped. Chosen where
     * the first open reads; a writer that comes later writes through the same cache.
     */
    CACHED(0);

    private final int flags;

    OpenMode(int flags) {
        this.flags = flags;
    }

    /** FOPEN_* bits of linux/fuse.h. */
    public int flags() {
        return flags;
    }

    /**
     * Whether others write an open inode, or may do so unseen: a writer of this mount hides them,
     * and unless the mount is told of writers the kernel must not believe its own pages. What a
     * writer maps that is passed through, it changes without a word to the mount, or to what the
     * kernel remembers of the mount's file.
     *
     * @param written somebody has it open for writing
     * @param told the mount is told of what others do
     * @param writing this mount has it open for writing
     */
    boolean isMoving(boolean written, boolean told, boolean writing) {
        return switch (this) {
            case CACHED -> written || !told;
            case PASSTHROUGH -> written || writing;
            case SEEN, DIRECT -> written && !writing;
        };
    }
}
