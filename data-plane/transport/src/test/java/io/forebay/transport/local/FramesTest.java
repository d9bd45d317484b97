package io.forebay.transport.local;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.proto.FailureKind;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class FramesTest {
    @Test
    void bytesAreAsDrawn() {
        byte[] token = "abc".getBytes(StandardCharsets.US_ASCII);
        assertEquals("00000003616263", hex(Frames.request(token, false)));
        assertEquals("80000003616263", hex(Frames.request(token, true)));
        assertEquals("0000000000000000", hex(Frames.reply(FailureKind.FAILURE_NONE, "")));
        assertEquals("0000000a00000002c3bc", hex(Frames.reply(FailureKind.FAILURE_STALE, "ü")));
    }

    @Test
    void longTextsAreCutAndUnknownKindsAreUnavailable() {
        byte[] reply = Frames.reply(FailureKind.FAILURE_BUSY, "x".repeat(5000));
        assertEquals(Frames.TEXT_BYTES_MAX, Frames.textLength(reply));
        byte[] newer = {0, 0, 3, 0, 0, 0, 0, 0};
        assertEquals(FailureKind.FAILURE_UNAVAILABLE, Frames.kind(newer));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
