package io.forebay.persist;

import java.nio.channels.FileChannel;

/**
 * A range of a file and the CRC32C of its bytes. A store sends the range together with the checksum
 * and refuses bytes that do not match it. The channel stays its opener's to close.
 */
public record Slice(FileChannel channel, long offset, long length, int crc32c) {}
