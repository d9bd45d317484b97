package io.forebay.fuse.session;

import io.forebay.fuse.Request;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Messages as the kernel lays them out, put together byte by byte and apart from the main code. */
final class Messages {
    static final long UNIQUE = 0x1122334455667788L;
    static final long NODE = 0x0102030405060708L;
    static final Request.Header HEADER = new Request.Header(UNIQUE, NODE, 1000, 100, 4242);

    private Messages() {}

    /** Little-endian numbers: an Integer takes 4 bytes, a Long 8, a Short 2; a String its bytes. */
    static byte[] bytes(Object... parts) {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        for (Object part : parts) {
            switch (part) {
                case Short value -> buffer.putShort(value);
                case Integer value -> buffer.putInt(value);
                case Long value -> buffer.putLong(value);
                case String text -> buffer.put(text.getBytes(StandardCharsets.UTF_8));
                case byte[] raw -> buffer.put(raw);
                default -> throw new IllegalArgumentException(part.toString());
            }
        }
        byte[] result = new byte[buffer.position()];
        buffer.flip().get(result);
        return result;
    }

    /** A request with a right header. */
    static byte[] request(int opcode, Object... parts) {
        byte[] body = bytes(parts);
        return bytes(40 + body.length, opcode, UNIQUE, NODE, 1000, 100, 4242, 0, body);
    }

    static MemorySegment segment(byte[] bytes) {
        MemorySegment segment = Arena.ofAuto().allocate(Math.max(bytes.length, 1), Long.BYTES);
        segment.copyFrom(MemorySegment.ofArray(bytes));
        return segment.asSlice(0, bytes.length);
    }

    static String hex(MemorySegment segment) {
        return hex(segment.toArray(ValueLayout.JAVA_BYTE));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
