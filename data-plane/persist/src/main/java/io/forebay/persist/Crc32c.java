package io.forebay.persist;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32C;

/** CRC32C in the forms that S3 speaks: big-endian in base64, and the checksum of checksums. */
public final class Crc32c {
    private static final int BUFFER_BYTES = 128 << 10;

    private Crc32c() {}

    /** The checksum of a range; fails when the file is shorter. */
    public static int of(FileChannel channel, long offset, long length) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, Math.max(1, length)));
        long left = length;
        while (left > 0) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), left));
            int count = channel.read(buffer, offset + length - left);
            if (count < 0) {
                throw new EOFException("the file is shorter than the range");
            }
            crc.update(buffer.flip());
            left -= count;
        }
        return (int) crc.getValue();
    }

    public static int of(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }

    /** The value of the header {@code x-amz-checksum-crc32c}. */
    public static String header(int crc) {
        byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt(crc).array();
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** The checksum behind such a header's value. */
    public static int parse(String header) {
        return ByteBuffer.wrap(Base64.getDecoder().decode(header)).getInt();
    }

    /** What S3 calls the composite checksum of an object of these parts, with the parts' count. */
    public static String composite(List<Integer> parts) {
        ByteBuffer all = ByteBuffer.allocate(parts.size() * Integer.BYTES);
        parts.forEach(all::putInt);
        return header(of(all.array())) + "-" + parts.size();
    }
}
