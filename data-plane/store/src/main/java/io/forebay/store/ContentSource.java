package io.forebay.store;

import java.io.IOException;
import java.nio.channels.FileChannel;

/** Brings the bytes of an evicted file back. */
@FunctionalInterface
public interface ContentSource {
    /**
     * Writes all bytes to the empty file.
     *
     * @throws io.forebay.schema.ForebayException when the bytes cannot be had
     */
    void writeTo(FileChannel target) throws IOException;
}
