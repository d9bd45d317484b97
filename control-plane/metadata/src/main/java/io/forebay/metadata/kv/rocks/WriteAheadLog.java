package io.forebay.metadata.kv.rocks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Looks for holes in one of RocksDB's logs. A crash tears the last record, and nothing is behind
 * the tear; damage has whole records behind it, or is a whole record whose length is wrong. RocksDB
 * itself takes a damaged length near the end for a tear, and would drop the commits behind it.
 *
 * <p>A log is blocks of 32 KiB, and a block is records (RocksDB, db/log_format.h); a record that
 * does not fit is cut, so that each block begins with one, and what is too short for a header is
 * left empty:
 *
 * <pre>
 *   0                   4         6     7
 *   +-------------------+---------+-----+------------------+
 *   | masked CRC-32C of | length, | 1.. | payload, length  |
 *   | type and payload  | LE      |     | bytes            |
 *   +-------------------+---------+-----+------------------+
 * </pre>
 */
final class WriteAheadLog {
    static final int BLOCK_BYTES = 32 << 10;
    private static final int HEADER_BYTES = 7;
    private static final int LENGTH_AT = 4;
    private static final int TYPE_AT = 6;
    private static final int MASK_DELTA = 0xa282ead8;

    private final byte[] bytes = new byte[BLOCK_BYTES];
    private final ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private int filled;

    private WriteAheadLog() {}

    /** Whether every record before the last whole one is whole. */
    static boolean isWithoutHoles(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new WriteAheadLog().isWithoutHoles(in);
        }
    }

    private boolean isWithoutHoles(InputStream in) throws IOException {
        boolean torn = false;
        while (true) {
            filled = in.readNBytes(bytes, 0, BLOCK_BYTES);
            if (filled == 0) {
                return true;
            }
            int end = wholeUntil();
            if (torn && end > 0) {
                return false;
            }
            if (!torn && filled - end >= HEADER_BYTES) {
                if (isAnythingWhole(end)) {
                    return false;
                }
                torn = true;
            }
        }
    }

    /** Where the records that are whole end. */
    private int wholeUntil() {
        int at = 0;
        while (isWhole(at)) {
            at += HEADER_BYTES + length(at);
        }
        return at;
    }

    private boolean isAnythingWhole(int torn) {
        boolean found = isWholeWithAnotherLength(torn);
        for (int at = torn + 1; at < filled && !found; at++) {
            found = isWhole(at);
        }
        return found;
    }

    private boolean isWhole(int at) {
        if (filled - at < HEADER_BYTES || filled - at - HEADER_BYTES < length(at)) {
            return false;
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, at + TYPE_AT, 1 + length(at));
        return masked(crc) == block.getInt(at);
    }

    /** The checksum does not cover the length. */
    private boolean isWholeWithAnotherLength(int at) {
        CRC32C crc = new CRC32C();
        for (int next = at + TYPE_AT; next < filled; next++) {
            crc.update(bytes[next]);
            if (masked(crc) == block.getInt(at)) {
                return true;
            }
        }
        return false;
    }

    private int length(int at) {
        return Short.toUnsignedInt(block.getShort(at + LENGTH_AT));
    }

    /** A checksum of bytes that hold checksums is weak, so that the stored ones are disguised. */
    private static int masked(CRC32C crc) {
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }
}
