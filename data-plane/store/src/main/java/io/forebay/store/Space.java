package io.forebay.store;

/**
 * How full a staging area is.
 *
 * @param capacityBytes what it may take
 * @param usedBytes what its files take on the disk
 * @param cleanBytes the part of it whose files may be evicted
 * @param freeBytes what it can still take as it is: by its capacity, and by its disk
 */
public record Space(
        long capacityBytes, long usedBytes, long cleanBytes, long freeBytes, int files) {
    /** What it can take once everything clean was evicted. */
    public long availableBytes() {
        return freeBytes + cleanBytes;
    }

    /** What it can hold in all: its capacity, or less where others have filled its disk. */
    public long limitBytes() {
        return usedBytes + freeBytes;
    }
}
