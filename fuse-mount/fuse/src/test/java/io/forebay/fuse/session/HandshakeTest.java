package io.forebay.fuse.session;

import static io.forebay.fuse.session.Messages.bytes;
import static io.forebay.fuse.session.Messages.hex;
import static io.forebay.fuse.session.Messages.segment;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.fuse.wire.Init.InitIn;
import io.forebay.fuse.wire.Init.InitOut;
import io.forebay.fuse.wire.InitFlags;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class HandshakeTest {
    private static final MountOptions OPTIONS = MountOptions.of(Path.of("/mnt"));

    private static InitIn init(int major, int minor, long flags) {
        return new InitIn(
                segment(
                        bytes(
                                major,
                                minor,
                                131072,
                                (int) flags,
                                (int) (flags >>> 32),
                                new byte[44])));
    }

    private static InitIn shortInit(int minor, int flags) {
        return new InitIn(segment(bytes(7, minor, 131072, flags)));
    }

    private static Handshake with(InitIn init, MountOptions options) {
        return Handshake.of(init, options, 4096);
    }

    @Test
    void asksForNothingThatIsNotOffered() {
        assertEquals(InitFlags.BIG_WRITES, with(shortInit(36, 1 << 5), OPTIONS).flags());
        Handshake all = with(init(7, 46, -1L), OPTIONS);
        assertEquals(Handshake.WANTED | InitFlags.PASSTHROUGH, all.flags());
        assertEquals(45, all.minor());
        assertEquals(0, all.flags() & InitFlags.WRITEBACK_CACHE);
        assertEquals(31, with(init(7, 31, -1L), OPTIONS).minor());
    }

    @Test
    void passthroughIsOptional() {
        assertTrue(with(init(7, 45, -1L), OPTIONS).passthrough());
        assertFalse(with(init(7, 45, -1L), OPTIONS.withPassthrough(false)).passthrough());
        assertFalse(with(init(7, 45, 0xFFFFFFFFL), OPTIONS).passthrough());
    }

    @Test
    void theHighBitsOfAnOldKernelAreNotRead() {
        long noExtension = -1L & ~InitFlags.INIT_EXT;
        assertFalse(with(init(7, 45, noExtension), OPTIONS).passthrough());
        assertFalse(with(shortInit(35, -1), OPTIONS).passthrough());
    }

    @Test
    void goldenAnswer() {
        InitIn init = init(7, 45, InitFlags.INIT_EXT | InitFlags.MAX_PAGES | InitFlags.PASSTHROUGH);
        MemorySegment answer = segment(new byte[64]).fill((byte) 0xAA);
        new InitOut(answer).put(with(init, OPTIONS).answer(init, OPTIONS));
        byte[] expected =
                bytes(
                        7,
                        45,
                        131072,
                        1 << 30 | 1 << 22,
                        (short) 64,
                        (short) 48,
                        1 << 20,
                        1,
                        (short) 256,
                        (short) 0,
                        1 << 5,
                        1,
                        new byte[24]);
        assertEquals(hex(expected), hex(answer));
    }

    @Test
    void pagesFollowTheMachine() {
        assertEquals(16, Handshake.of(init(7, 45, -1L), OPTIONS, 65536).maxPages());
        MountOptions small = OPTIONS.withMaxWriteBytes(4096);
        assertEquals(1, Handshake.of(init(7, 45, -1L), small, 65536).maxPages());
    }

    @Test
    void kernelsThatAreTooOldOrTooNew() {
        assertThrows(FuseMountException.class, () -> with(init(7, 30, -1L), OPTIONS));
        assertThrows(FuseMountException.class, () -> with(init(8, 1, -1L), OPTIONS));
    }
}
