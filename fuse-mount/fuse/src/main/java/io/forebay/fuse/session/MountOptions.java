package io.forebay.fuse.session;

import io.forebay.fuse.Backing;
import io.forebay.fuse.posix.ThisProcess;
import java.nio.file.Path;
import java.util.Set;

/**
 * How to mount.
 *
 * @param mountPoint an empty directory
 * @param source what the mount table shows as the device
 * @param passthrough ask the kernel for passthrough; {@link Backing#available()} says whether it
 *     was granted
 * @param readerThreads each answers one request at a time and owns about twice {@code
 *     maxWriteBytes} of memory
 * @param allowOther whether other users than the one who mounts may use it; without administrator's
 *     rights this needs {@code user_allow_other} in /etc/fuse.conf
 * @param maxWriteBytes of one READ or WRITE request, a multiple of 4096; the kernel lowers it to
 *     {@code fs.fuse.max_pages_limit} pages
 * @param flags of mount(2)
 */
public record MountOptions(
        Path mountPoint,
        String source,
        boolean passthrough,
        int readerThreads,
        boolean allowOther,
        int maxWriteBytes,
        Set<MountFlag> flags) {
    /** More threads than this only take memory from each other. */
    public static final int READER_THREADS_MAX = 256;

    /** 256 pages of 4 KiB: what every kernel since 4.20 grants without a change of its limits. */
    public static final int MAX_WRITE_DEFAULT_BYTES = 1 << 20;

    /** So that a buffer of two requests stays far below 2 GiB. */
    public static final int MAX_WRITE_LIMIT_BYTES = 1 << 26;

    private static final int PAGE_BYTES = 4096;

    public MountOptions {
        flags = Set.copyOf(flags);
        if (readerThreads < 1 || readerThreads > READER_THREADS_MAX) {
            throw new IllegalArgumentException(
                    "readerThreads must be 1 to " + READER_THREADS_MAX + ": " + readerThreads);
        }
        if (maxWriteBytes < PAGE_BYTES
                || maxWriteBytes > MAX_WRITE_LIMIT_BYTES
                || maxWriteBytes % PAGE_BYTES != 0) {
            throw new IllegalArgumentException(
                    "maxWriteBytes must be a multiple of 4096 up to "
                            + MAX_WRITE_LIMIT_BYTES
                            + ": "
                            + maxWriteBytes);
        }
        if (source.isEmpty() || source.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("source must be a name");
        }
    }

    /**
     * Passthrough where it can be had, 16 threads (a file system that asks a server keeps them
     * waiting, not computing), requests of 1 MiB. An administrator's mount is for all users, as the
     * permissions of its files say; another one's for the mounting user only.
     */
    public static MountOptions of(Path mountPoint) {
        boolean allowOther = ThisProcess.administrator();
        return new MountOptions(
                mountPoint,
                "forebay",
                true,
                16,
                allowOther,
                MAX_WRITE_DEFAULT_BYTES,
                MountFlag.USUAL);
    }

    public MountOptions withMountPoint(Path value) {
        return new MountOptions(
                value, source, passthrough, readerThreads, allowOther, maxWriteBytes, flags);
    }

    public MountOptions withSource(String value) {
        return new MountOptions(
                mountPoint, value, passthrough, readerThreads, allowOther, maxWriteBytes, flags);
    }

    public MountOptions withPassthrough(boolean value) {
        return new MountOptions(
                mountPoint, source, value, readerThreads, allowOther, maxWriteBytes, flags);
    }

    public MountOptions withReaderThreads(int value) {
        return new MountOptions(
                mountPoint, source, passthrough, value, allowOther, maxWriteBytes, flags);
    }

    public MountOptions withAllowOther(boolean value) {
        return new MountOptions(
                mountPoint, source, passthrough, readerThreads, value, maxWriteBytes, flags);
    }

    public MountOptions withMaxWriteBytes(int value) {
        return new MountOptions(
                mountPoint, source, passthrough, readerThreads, allowOther, value, flags);
    }

    public MountOptions withFlags(Set<MountFlag> value) {
        return new MountOptions(
                mountPoint, source, passthrough, readerThreads, allowOther, maxWriteBytes, value);
    }
}
