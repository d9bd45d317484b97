package io.forebay.fuse.session;

import static io.forebay.fuse.session.Messages.HEADER;
import static io.forebay.fuse.session.Messages.UNIQUE;
import static io.forebay.fuse.session.Messages.bytes;
import static io.forebay.fuse.session.Messages.hex;
import static io.forebay.fuse.session.Messages.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FlagForm;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.LockRange;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Golden bytes of each answer. The buffer starts full of rubbish: every byte must be written. */
final class ReplyEncoderTest {
    private static final Attributes ATTRIBUTES =
            new Attributes(
                    7,
                    0100644,
                    1,
                    1000,
                    100,
                    0x103,
                    4097,
                    16,
                    1_000_000_002L,
                    -1L,
                    3_000_000_004L,
                    5_000_000_006L);
    private static final byte[] ATTRIBUTES_WIRE =
            bytes(
                    7L,
                    4097L,
                    16L,
                    1L,
                    -1L,
                    3L,
                    2,
                    999_999_999,
                    4,
                    0100644,
                    1,
                    1000,
                    100,
                    0x103,
                    4096,
                    0);
    private static final Reply.Entry ENTRY =
            new Reply.Entry(9, 2, ATTRIBUTES, 1_500_000_000L, 250_000_000L);
    private static final byte[] ENTRY_WIRE =
            bytes(9L, 2L, 1L, 0L, 500_000_000, 250_000_000, ATTRIBUTES_WIRE);

    private final ReplyEncoder encoder = new ReplyEncoder(rubbish(8192));

    private static MemorySegment rubbish(int size) {
        return Arena.ofAuto().allocate(size, Long.BYTES).fill((byte) 0xAA);
    }

    private void assertWire(Reply reply, Object... body) {
        byte[] expected = bytes(body);
        assertEquals(
                hex(bytes(16 + expected.length, 0, UNIQUE, expected)),
                hex(encoder.encode(UNIQUE, reply)));
    }

    @Test
    void errorsAndHeads() {
        assertEquals(hex(bytes(16, -2, UNIQUE)), hex(encoder.error(UNIQUE, Errno.ENOENT)));
        assertEquals(hex(bytes(16 + 100, 0, UNIQUE)), hex(encoder.header(UNIQUE, 100)));
        assertWire(new Reply.Ok());
    }

    @Test
    void nodes() {
        assertWire(ENTRY, ENTRY_WIRE);
        assertWire(new Reply.NegativeEntry(2_000_000_001L), 0L, 0L, 2L, 0L, 1, 0, new byte[88]);
        assertWire(new Reply.Attr(ATTRIBUTES, 1_000_000_009L), 1L, 9, 0, ATTRIBUTES_WIRE);
        assertWire(new Reply.Attr(ATTRIBUTES, -1), 0L, 0, 0, ATTRIBUTES_WIRE);
    }

    @Test
    void nodesWithTheirBirth() {
        assertWire(
                new Reply.Statx(ATTRIBUTES, 1_000_000_009L),
                1L,
                9,
                0,
                new byte[16],
                0xFFF,
                4096,
                0L,
                1,
                1000,
                100,
                0100644,
                7L,
                4097L,
                16L,
                0L,
                bytes(1L, 2, 0),
                bytes(5L, 6, 0),
                bytes(3L, 4, 0),
                bytes(-1L, 999_999_999, 0),
                1,
                3,
                0L,
                new byte[112]);
    }

    @Test
    void extendedAttributes() {
        assertWire(new Reply.XattrSize(0x10203), 0x10203, 0);
        assertWire(new Reply.Bytes(utf8("user.a\0user.b\0")), "user.a\0user.b\0");
    }

    @Test
    void flags() {
        assertWire(new Reply.FlagsSet(), 0L, 0L);
        assertWire(new Reply.Flags(0x30, FlagForm.INT), 0L, 0L, 0x30);
        assertWire(new Reply.Flags(0x30, FlagForm.LONG), 0L, 0L, 0x30L);
        assertWire(new Reply.Flags(0xF0, FlagForm.EXTENDED), 0L, 0L, 0xD8, 0L, 0L, 0L);
    }

    @Test
    void openFiles() {
        Reply.Opened opened = new Reply.Opened(5, 0x81, 3);
        assertWire(opened, 5L, 0x81, 3);
        assertWire(new Reply.Created(ENTRY, opened), ENTRY_WIRE, 5L, 0x81, 3);
        assertWire(new Reply.Written(77), 77, 0);
        assertWire(new Reply.Offset(0x0102030405L), 0x0102030405L);
        LockRange lock = new LockRange(LockRange.Type.UNLOCK, 5, LockRange.END_MAX, 42);
        assertWire(new Reply.Lock(lock), 5L, Long.MAX_VALUE, 2, 42);
        assertWire(new Reply.Bytes(utf8("target")), "target");
        assertWire(new Reply.Data(MemorySegment.ofArray(utf8("heap"))), "heap");
    }

    @Test
    void theFileSystem() {
        assertWire(
                new Reply.FileSystemStatus(4096, 10, 4, 6, 3, 255),
                10L,
                4L,
                4L,
                6L,
                3L,
                4096,
                255,
                4096,
                0,
                new byte[24]);
    }

    @Test
    void answersOfNoMessageAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> encoder.encode(1, new Reply.None()));
        assertThrows(
                IllegalArgumentException.class,
                () -> encoder.encode(1, new Reply.Directory(List.of())));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> encoder.encode(1, new Reply.Bytes(new byte[9000])));
    }

    @Test
    void directories() {
        List<Reply.DirectoryEntry> taken = new ArrayList<>();
        MemorySegment message =
                encoder.directory(
                        new Request.ReadDirectory(HEADER, 1, 0, 4096, false),
                        new Reply.Directory(List.of(entry("a", 1), entry("12345678", 2))),
                        taken);
        byte[] body = bytes(7L, 1L, 1, 8, "a", new byte[7], 7L, 2L, 8, 8, "12345678");
        assertEquals(hex(bytes(16 + body.length, 0, UNIQUE, body)), hex(message));
        assertEquals(2, taken.size());
        assertNull(taken.getFirst().entry(), "READDIR counts no lookups");
    }

    @Test
    void directoriesWithEntries() {
        List<Reply.DirectoryEntry> taken = new ArrayList<>();
        Reply.DirectoryEntry bare =
                new Reply.DirectoryEntry(8, utf8("b"), Attributes.DIRECTORY, 3, null);
        MemorySegment message =
                encoder.directory(
                        new Request.ReadDirectory(HEADER, 1, 0, 4096, true),
                        new Reply.Directory(List.of(entry("..", 1), entry("a", 2), bare)),
                        taken);
        byte[] body =
                bytes(
                        new byte[128],
                        bytes(7L, 1L, 2, 8, "..", new byte[6]),
                        ENTRY_WIRE,
                        bytes(7L, 2L, 1, 8, "a", new byte[7]),
                        new byte[128],
                        bytes(8L, 3L, 1, 4, "b", new byte[7]));
        assertEquals(hex(bytes(16 + body.length, 0, UNIQUE, body)), hex(message));
        assertNull(taken.get(0).entry(), "the kernel does not keep the entries of dots");
        assertEquals(ENTRY, taken.get(1).entry());
        assertNull(taken.get(2).entry());
    }

    @Test
    void directoriesEndWhereTheSizeDoes() {
        Reply.Directory directory =
                new Reply.Directory(List.of(entry("a", 1), entry("b", 2), entry("c", 3)));
        for (int size = 160; size < 3 * 160; size++) {
            List<Reply.DirectoryEntry> taken = new ArrayList<>();
            MemorySegment message =
                    encoder.directory(
                            new Request.ReadDirectory(HEADER, 1, 0, size, true), directory, taken);
            assertEquals(size / 160, taken.size());
            assertEquals(16 + size / 160 * 160, message.byteSize());
        }
        FuseException refused =
                assertThrows(
                        FuseException.class,
                        () ->
                                encoder.directory(
                                        new Request.ReadDirectory(HEADER, 1, 0, 159, true),
                                        directory,
                                        new ArrayList<>()));
        assertEquals(Errno.EINVAL, refused.errno());
    }

    @Test
    void anEmptyDirectoryIsTheEnd() {
        MemorySegment message =
                encoder.directory(
                        new Request.ReadDirectory(HEADER, 1, 0, 1, true),
                        new Reply.Directory(List.of()),
                        new ArrayList<>());
        assertEquals(16, message.byteSize());
    }

    private static Reply.DirectoryEntry entry(String name, long next) {
        return new Reply.DirectoryEntry(7, utf8(name), Attributes.REGULAR, next, ENTRY);
    }
}
