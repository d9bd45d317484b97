package io.forebay.fuse;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An answer to one {@link Request}. Errors are answered by throwing {@link FuseException}. */
public sealed interface Reply {
    /** Nothing is written to the kernel (FORGET). */
    record None() implements Reply {}

    /** Done. */
    record Ok() implements Reply {}

    /**
     * A node and how long the kernel may believe its name and its attributes.
     *
     * @param generation of the inode number: (nodeId, generation) is never used twice
     */
    record Entry(
            long nodeId,
            long generation,
            Attributes attributes,
            long entryTimeoutNanos,
            long attributeTimeoutNanos)
            implements Reply {}

    /** No such name, and how long the kernel may believe that. */
    record NegativeEntry(long entryTimeoutNanos) implements Reply {}

    record Attr(Attributes attributes, long timeoutNanos) implements Reply {}

    /** As {@link Attr}, and the time of birth. */
    record Statx(Attributes attributes, long timeoutNanos) implements Reply {}

    /** How long an extended attribute, or the list of their names, is. */
    record XattrSize(int bytes) implements Reply {}

    /**
     * A link's target, the value of an extended attribute, or names with a zero byte behind each.
     */
    record Bytes(byte[] bytes) implements Reply {}

    /**
     * An opened file or directory.
     *
     * @param handle comes back in the requests on this open
     * @param flags FOPEN_* bits ({@link OpenFlags})
     * @param backingId of FUSE_DEV_IOC_BACKING_OPEN, with {@link OpenFlags#PASSTHROUGH}; else 0
     */
    record Opened(long handle, int flags, int backingId) implements Reply {}

    record Created(Entry entry, Opened opened) implements Reply {}

    /**
     * Bytes that were read; fewer than asked for means the end of the file. Lives until the reply
     * is sent.
     */
    record Data(MemorySegment data) implements Reply {}

    record Written(int bytes) implements Reply {}

    /**
     * Where a {@link Request.Seek} ended, or how many bytes a wide {@link Request.CopyRange} did.
     */
    record Offset(long value) implements Reply {}

    /**
     * As many entries as the file system wants to give; what does not fit into the request's size
     * is left out and will be asked for again with the cookie of the last entry that did.
     */
    record Directory(List<DirectoryEntry> entries) implements Reply {}

    /**
     * @param nextOffset the cookie that continues behind this entry
     * @param entry set in a READDIRPLUS answer where the kernel may keep the node; null: name and
     *     type only
     */
    record DirectoryEntry(
            long ino,
            byte[] name,
            int mode,
            long nextOffset,
            @org.jspecify.annotations.Nullable Entry entry) {}

    record Lock(LockRange lock) implements Reply {}

    /**
     * The answer comes later, from whatever thread completes it, and no thread of the session waits
     * for it. Then memory of the request must not be used any more.
     *
     * @param answer of the request's kind, without memory of its own; or a {@link FuseException}
     * @param interrupt tells that the caller got a signal: the answer should come soon, EINTR where
     *     nothing was done. Called on any thread, perhaps more than once, perhaps when all is over;
     *     must return at once.
     */
    record Later(CompletableFuture<Reply> answer, Runnable interrupt) implements Reply {}

    /**
     * @param flags as FS_IOC_GETFLAGS has them
     * @param form of the request
     */
    record Flags(int flags, FlagForm form) implements Reply {}

    record FlagsSet() implements Reply {}

    /** As statvfs(3) shows it. */
    record FileSystemStatus(
            long blockBytes,
            long blocks,
            long blocksFree,
            long files,
            long filesFree,
            int nameBytesMax)
            implements Reply {}
}
