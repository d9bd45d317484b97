package io.forebay.fuse;

/**
 * A node's attributes as {@code struct fuse_attr} carries them.
 *
 * @param mode type and permission bits, as in {@code st_mode}
 * @param size bytes
 * @param blocks 512-byte units
 * @param atimeNanos since the epoch; so are the other times
 * @param birthNanos shown by statx(2) alone
 */
public record Attributes(
        long ino,
        int mode,
        int nlink,
        int uid,
        int gid,
        long rdev,
        long size,
        long blocks,
        long atimeNanos,
        long mtimeNanos,
        long ctimeNanos,
        long birthNanos) {
    public static final int TYPE_MASK = 0170000;
    public static final int REGULAR = 0100000;
    public static final int DIRECTORY = 0040000;
    public static final int SYMLINK = 0120000;
}
