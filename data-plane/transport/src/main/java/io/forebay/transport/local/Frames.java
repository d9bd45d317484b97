package io.forebay.transport.local;

import io.forebay.proto.FailureKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The frames between a mount and a worker. Numbers are big-endian. A connection carries one request
 * at a time, any number of them.
 *
 * <pre>
 *  request   0               4
 *            | token length  | token (1 to 4096 bytes) ...
 *
 *            The length's highest bit: answer at once, BUSY where the bytes have to come back
 *            from the bucket first.
 *
 *  reply     0               4               8
 *            | failure kind  | text length   | text (UTF-8, at most 1024 bytes) ...
 * </pre>
 *
 * A reply of kind 0 (FAILURE_NONE) has an empty text and carries the open descriptor as SCM_RIGHTS
 * beside its first byte; any other kind carries none. A request that does not fit is answered with
 * FAILURE_INVALID and ends the connection.
 */
final class Frames {
    static final int TOKEN_BYTES_MAX = 4096;
    static final int TEXT_BYTES_MAX = 1024;
    static final int REQUEST_HEADER_BYTES = 4;
    static final int REPLY_HEADER_BYTES = 8;

    private static final int AT_ONCE = 1 << 31;

    private Frames() {}

    static byte[] request(byte[] token, boolean atOnce) {
        return ByteBuffer.allocate(REQUEST_HEADER_BYTES + token.length)
                .putInt(atOnce ? token.length | AT_ONCE : token.length)
                .put(token)
                .array();
    }

    static int tokenLength(byte[] header) {
        return ByteBuffer.wrap(header).getInt() & ~AT_ONCE;
    }

    static boolean isAtOnce(byte[] header) {
        return ByteBuffer.wrap(header).getInt() < 0;
    }

    static byte[] reply(FailureKind kind, String message) {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, TEXT_BYTES_MAX);
        return ByteBuffer.allocate(REPLY_HEADER_BYTES + length)
                .putInt(kind.getNumber())
                .putInt(length)
                .put(text, 0, length)
                .array();
    }

    /** The kind of a reply; a number of a newer version reads as UNAVAILABLE. */
    static FailureKind kind(byte[] header) {
        FailureKind kind = FailureKind.forNumber(ByteBuffer.wrap(header).getInt());
        return kind == null ? FailureKind.FAILURE_UNAVAILABLE : kind;
    }

    static int textLength(byte[] header) {
        return ByteBuffer.wrap(header).getInt(4);
    }
}
