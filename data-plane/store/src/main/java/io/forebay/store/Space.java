package io.forebay.store;

/**
 * How full a staging area is.
 *
 * @param capacityBytes what it may take
 * @param usedBytes what its files take on the disk
 * @param freeBytes what it can still take: by its capacity, and by its disk
 */
public record Space(long capacityBytes, long usedBytes, long freeBytes, int files) {}
