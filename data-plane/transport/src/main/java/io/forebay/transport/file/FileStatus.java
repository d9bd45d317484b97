package io.forebay.transport.file;

/**
 * What statx(2) says of an open file.
 *
 * @param size bytes
 * @param mtimeNanos nanoseconds since the epoch
 * @param blocks 512-byte units that the file takes on its disk
 * @param ctimeNanos as {@code mtimeNanos}; no two states of a file share one where the kernel tells
 *     them apart (Linux 6.13)
 * @param device major number in the upper half, minor number in the lower one
 */
public record FileStatus(
        long size, long mtimeNanos, long ctimeNanos, long blocks, long device, long ino) {
    /** Whether both are of one file. */
    public boolean isOfSameFile(FileStatus other) {
        return device == other.device && ino == other.ino;
    }
}
