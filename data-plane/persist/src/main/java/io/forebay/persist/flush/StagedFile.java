package io.forebay.persist.flush;

import java.nio.channels.FileChannel;

/** A staged file that is open for reading. */
public interface StagedFile extends AutoCloseable {
    /** For positional reads by several threads. */
    FileChannel channel();

    /** The file's state now: two equal stamps mean that no byte changed between them. */
    Stamp stamp();

    @Override
    void close();

    /**
     * A file's state.
     *
     * @param size in bytes
     * @param modifiedNanos a time that moves with each change of the bytes (mtime, or better ctime)
     */
    record Stamp(long size, long modifiedNanos) {}
}
