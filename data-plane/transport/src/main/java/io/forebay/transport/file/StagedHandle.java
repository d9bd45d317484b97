package io.forebay.transport.file;

import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/**
 * An open staged file. Safe for any number of threads. Buffers must be native memory.
 *
 * <p>What the file's system refuses is a {@link io.forebay.transport.posix.PosixException}; what
 * lies in between is a {@link io.forebay.schema.ForebayException}. A write may be answered before
 * the owner has it where nobody else has the file open: {@link #flush} waits for it, and whatever
 * fails on the way is answered by the next flush, fsync or write.
 */
public interface StagedHandle extends AutoCloseable {
    /** Reads until {@code target} is full or the file ends; the number of bytes read. */
    long pread(MemorySegment target, long offset);

    /**
     * Writes all of {@code source}. Fewer bytes are answered only when an error came after some of
     * them: the next write meets that error first.
     */
    long pwrite(MemorySegment source, long offset);

    /**
     * Writes behind the end of the file, wherever that is by then (O_APPEND): what others append at
     * the same time stands before or behind it. Fewer bytes are answered as by {@link #pwrite}.
     */
    long append(MemorySegment source);

    FileStatus stat();

    /**
     * futimens(3): the time of modification, until the next write. Readers may set it.
     *
     * @return what the file is like then
     */
    FileStatus setModified(long mtimeNanos);

    /** ftruncate(2): cuts the file, or extends it by a hole. */
    void truncate(long size);

    /** fallocate(2) with its own mode bits. */
    void fallocate(int mode, long offset, long length);

    /**
     * copy_file_range(2): by sharing the blocks where the file system can. Fewer bytes are copied
     * where this file ends before; EXDEV where the bytes must go through the caller.
     */
    long copyTo(StagedHandle target, long offset, long targetOffset, long length);

    /** The next data or hole at or after {@code offset} (lseek(2)); ENXIO when there is none. */
    long seek(long offset, int whence);

    /** Returns when every write that was answered is in the file at its owner. */
    void flush();

    /** fsync(2), or fdatasync(2) when only the bytes and the size must survive a power loss. */
    void fsync(boolean dataOnly);

    /** What the kernel can be given for passthrough; empty where there is no such file here. */
    OptionalInt passable();

    /** Ends the use. What was not flushed may be lost. */
    @Override
    void close();
}
