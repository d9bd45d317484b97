package io.forebay.schema;

/** Bounds that more than one part relies on. Each says why it is that number. */
public final class Limits {
    /** NAME_MAX of Linux: a name's bytes. */
    public static final int NAME_BYTES_MAX = 255;

    /** PATH_MAX of Linux less its terminating zero: a symbolic link's target in bytes. */
    public static final int LINK_TARGET_BYTES_MAX = 4095;

    /** ext4's bound on the names of one inode; a page of them still fits a transaction. */
    public static final int LINKS_MAX = 65_000;

    /** XATTR_SIZE_MAX of Linux: the bytes of one extended attribute's value. */
    public static final int XATTR_VALUE_BYTES_MAX = 65_536;

    /** XATTR_LIST_MAX of Linux: all names of one inode, with a zero byte behind each. */
    public static final int XATTR_LIST_BYTES_MAX = 65_536;

    /** Names and values of one inode: far below the 10 MB of a transaction that drops them all. */
    public static final int XATTR_BYTES_MAX = 1 << 20;

    /** S3's bound on a key in UTF-8 bytes. */
    public static final int OBJECT_KEY_BYTES_MAX = 1024;

    /** S3's bound on the number of parts of one upload. */
    public static final int PARTS_MAX = 10_000;

    /**
     * S3's smallest part is 5 MiB; 8 MiB is what its clients use, and what a single put carries.
     */
    public static final long PART_BYTES_MIN = 8L << 20;

    /** S3's largest part. */
    public static final long PART_BYTES_MAX = 5L << 30;

    /** S3's largest object; 10,000 parts of 5 GiB would be more. */
    public static final long OBJECT_BYTES_MAX = 5L << 40;

    /**
     * A worker begins the request that makes or removes an object within this time from being
     * allowed to; who was held up longer asks again.
     */
    public static final long WRITE_WITHIN_MILLIS = 120_000;

    /** How long such a request may take for the worker, retries of refused ones included. */
    public static final long WRITE_MILLIS = 300_000;

    /** S3 refuses a request whose signature is older. */
    public static final long SIGNATURE_MILLIS = 900_000;

    /**
     * A request that made or removed an object and whose end is not known can reach the store for
     * as long as this after it was allowed: the three above, and as much again as a store may need.
     */
    public static final long LATE_WRITE_MILLIS =
            WRITE_WITHIN_MILLIS + WRITE_MILLIS + SIGNATURE_MILLIS + 480_000;

    /** A mount's mutations in flight: one a slot, one slot a reader thread. */
    public static final int REQUEST_SLOTS = 64;

    /** Locks of one file: a record of half the largest value; more are refused with ENOLCK. */
    public static final int FILE_LOCKS_MAX = 4096;

    /** The inode number of a workspace's root, as FUSE wants it. */
    public static final long ROOT_INO = 1;

    /** Bytes of a grant's signature (HMAC-SHA256). */
    public static final int GRANT_SIGNATURE_BYTES = 32;

    private Limits() {}
}
