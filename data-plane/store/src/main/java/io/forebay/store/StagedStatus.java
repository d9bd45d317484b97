package io.forebay.store;

/**
 * What the file system says of a staged file.
 *
 * @param size bytes
 * @param mtimeNanos nanoseconds since the epoch
 * @param ctimeNanos as {@code mtimeNanos}
 * @param blocks 512-byte units that it takes on the disk
 */
public record StagedStatus(long size, long mtimeNanos, long ctimeNanos, long blocks) {
    public static final long BLOCK_BYTES = 512;

    /** What it takes on the disk; less than its size where it has holes. */
    public long diskBytes() {
        return blocks * BLOCK_BYTES;
    }
}
