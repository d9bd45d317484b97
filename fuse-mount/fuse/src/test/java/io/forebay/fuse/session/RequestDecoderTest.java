package io.forebay.fuse.session;

import static io.forebay.fuse.session.Messages.HEADER;
import static io.forebay.fuse.session.Messages.NODE;
import static io.forebay.fuse.session.Messages.UNIQUE;
import static io.forebay.fuse.session.Messages.request;
import static io.forebay.fuse.session.Messages.segment;
import static io.forebay.fuse.session.Messages.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FlagForm;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.LockRange;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each opcode from golden bytes; then truncated and broken ones, which must fail cleanly. */
final class RequestDecoderTest {
    private static final long SEED = 7;
    private static final int MUTATIONS = 20_000;

    /** What is malformed, and what is refused of well-formed ioctls. */
    private static final Set<Errno> REFUSALS =
            EnumSet.of(Errno.EPROTO, Errno.ENOTTY, Errno.EPERM, Errno.EOPNOTSUPP);

    private static final long FH = 0x1234567890ABCDEFL;

    private static Request decode(int opcode, Object... parts) {
        return RequestDecoder.decode(segment(request(opcode, parts)));
    }

    @Test
    void theHeader() {
        assertEquals(HEADER, decode(17).header());
        assertEquals(new Request.StatFs(HEADER), decode(17));
        assertEquals(new Request.ReadLink(HEADER), decode(5));
        assertEquals(new Request.Unsupported(HEADER, 36), decode(36, 0L));
    }

    @Test
    void names() {
        assertArrayEquals(utf8("ü"), ((Request.Lookup) decode(1, "ü\0")).name());
        assertArrayEquals(
                new byte[] {(byte) 0xFF, 1},
                ((Request.Lookup) decode(1, new byte[] {(byte) 0xFF, 1, 0})).name());
        assertArrayEquals(utf8("a"), ((Request.Unlink) decode(10, "a\0")).name());
        assertArrayEquals(utf8("a"), ((Request.RemoveDirectory) decode(11, "a\0")).name());
        Request.SymLink link = (Request.SymLink) decode(6, "name\0../target\0");
        assertArrayEquals(utf8("name"), link.name());
        assertArrayEquals(utf8("../target"), link.target());
    }

    @Test
    void extensionsBehindTheNameAreLeftOut() {
        byte[] message = request(1, "abcdefg\0", 0xFFFFFFFFFFFFFFFFL);
        message[36] = 1;
        assertArrayEquals(
                utf8("abcdefg"), ((Request.Lookup) RequestDecoder.decode(segment(message))).name());
        message[36] = 9;
        assertMalformed(message);
    }

    @Test
    void newNodes() {
        Request.MakeDirectory directory = (Request.MakeDirectory) decode(9, 040755, 022, "d\0");
        assertEquals(0755, directory.mode());
        assertEquals(022, directory.umask());
        assertArrayEquals(utf8("d"), directory.name());
        Request.MakeNode node = (Request.MakeNode) decode(8, 010644, 0x103, 022, 0, "p\0");
        assertEquals(010644, node.mode());
        assertEquals(0x103, node.rdev());
        assertEquals(022, node.umask());
        assertArrayEquals(utf8("p"), node.name());
        Request.Create create = (Request.Create) decode(35, 0x8241, 0100600, 022, 0, "f\0");
        assertEquals(0x8241, create.flags());
        assertEquals(0600, create.mode());
        assertEquals(022, create.umask());
        assertArrayEquals(utf8("f"), create.name());
        assertEquals(
                new Request.CreateUnnamed(HEADER, 0x418282, 0600, 022),
                decode(51, 0x418282, 0100600, 022, 0, "/\0"));
    }

    @Test
    void links() {
        Request.Link link = (Request.Link) decode(13, 77L, "l\0");
        assertEquals(77, link.ino());
        assertArrayEquals(utf8("l"), link.name());
        assertEquals(HEADER, link.header());
    }

    @Test
    void extendedAttributes() {
        Request.SetXattr set = (Request.SetXattr) decode(21, 3, 2, 1, 0, "user.a\0", "v\0w");
        assertArrayEquals(utf8("user.a"), set.name());
        assertArrayEquals(utf8("v\0w"), set.value());
        assertEquals(2, set.flags());
        assertEquals(true, set.killsSetGid());
        Request.SetXattr empty = (Request.SetXattr) decode(21, 0, 1, 0, 0, "user.a\0");
        assertArrayEquals(utf8("user.a"), empty.name());
        assertArrayEquals(new byte[0], empty.value());
        assertEquals(false, empty.killsSetGid());
        Request.SetXattr old = (Request.SetXattr) decode(21, 3, 1, "trusted.long\0", "abc");
        assertArrayEquals(utf8("trusted.long"), old.name());
        assertArrayEquals(utf8("abc"), old.value());
        assertEquals(false, old.killsSetGid());
        assertMalformed(request(21, 4, 0, 0, 0, "user.a\0", "abc"));
        assertMalformed(request(21, -1, 0, 0, 0, "user.a\0", "abc"));
        Request.GetXattr get = (Request.GetXattr) decode(22, 100, 0, "user.a\0");
        assertArrayEquals(utf8("user.a"), get.name());
        assertEquals(100, get.size());
        assertEquals(new Request.ListXattrs(HEADER, 65536), decode(23, 65536, 0));
        assertArrayEquals(utf8("user.a"), ((Request.RemoveXattr) decode(24, "user.a\0")).name());
    }

    @Test
    void renames() {
        Request.Rename plain = (Request.Rename) decode(12, 77L, "a\0bc\0");
        assertEquals(77, plain.newParent());
        assertEquals(0, plain.flags());
        assertArrayEquals(utf8("a"), plain.name());
        assertArrayEquals(utf8("bc"), plain.newName());
        Request.Rename flagged = (Request.Rename) decode(45, 78L, 2, 0, "a\0bc\0");
        assertEquals(78, flagged.newParent());
        assertEquals(2, flagged.flags());
        assertArrayEquals(utf8("bc"), flagged.newName());
    }

    @Test
    void attributes() {
        assertEquals(new Request.GetAttr(HEADER, OptionalLong.empty()), decode(3, 0, 0, FH));
        assertEquals(new Request.GetAttr(HEADER, OptionalLong.of(FH)), decode(3, 1, 0, FH));
        assertEquals(
                new Request.Statx(HEADER, OptionalLong.empty()), decode(52, 0, 0, FH, 0, 0xFFF));
        assertEquals(
                new Request.Statx(HEADER, OptionalLong.of(FH)), decode(52, 1, 0, FH, 0, 0xFFF));
        Request.SetAttr all = (Request.SetAttr) decode(4, setAttr(0x7F));
        assertEquals(
                new Request.AttributeChange(
                        OptionalInt.of(0644),
                        OptionalInt.of(11),
                        OptionalInt.of(12),
                        OptionalLong.of(99),
                        OptionalLong.of(-1_000_000_000L + 5),
                        OptionalLong.of(2_000_000_006L),
                        false,
                        false,
                        OptionalLong.of(FH),
                        false),
                all.change());
        Request.SetAttr now = (Request.SetAttr) decode(4, setAttr(0x9B0));
        assertEquals(
                new Request.AttributeChange(
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        true,
                        true,
                        OptionalLong.empty(),
                        true),
                now.change());
    }

    private static byte[] setAttr(int valid) {
        return Messages.bytes(valid, 0, FH, 99L, 0L, -1L, 2L, 3L, 5, 6, 7, 0100644, 0, 11, 12, 0);
    }

    @Test
    void openFiles() {
        assertEquals(new Request.Open(HEADER, 0x8002, false), decode(14, 0x8002, 0));
        assertEquals(new Request.Open(HEADER, 0x8202, true), decode(14, 0x8202, 1));
        assertEquals(new Request.OpenDirectory(HEADER, 0x10000), decode(27, 0x10000, 0));
        assertEquals(new Request.Read(HEADER, FH, 1L << 40, 4096), decode(15, readIn()));
        assertEquals(new Request.Flush(HEADER, FH, 31), decode(25, FH, 0, 0, 31L));
        assertEquals(new Request.Fsync(HEADER, FH, true), decode(20, FH, 1, 0));
        assertEquals(new Request.Fsync(HEADER, FH, false), decode(20, FH, 0, 0));
        assertEquals(new Request.FsyncDirectory(HEADER, FH, true), decode(30, FH, 1, 0));
        assertEquals(
                new Request.Release(HEADER, FH, 2, OptionalLong.empty()), decode(18, FH, 2, 1, 5L));
        assertEquals(
                new Request.Release(HEADER, FH, 2, OptionalLong.of(5)), decode(18, FH, 2, 3, 5L));
        assertEquals(new Request.ReleaseDirectory(HEADER, FH), decode(29, FH, 2, 0, 0L));
        assertEquals(
                new Request.ReadDirectory(HEADER, FH, 1L << 40, 4096, false), decode(28, readIn()));
        assertEquals(
                new Request.ReadDirectory(HEADER, FH, 1L << 40, 4096, true), decode(44, readIn()));
    }

    private static byte[] readIn() {
        return Messages.bytes(FH, 1L << 40, 4096, 0, 0L, 0, 0);
    }

    @Test
    void writes() {
        Request.Write write =
                assertInstanceOf(
                        Request.Write.class, decode(16, FH, 5L, 4, 4, 0L, 0x8001, 0, "data"));
        assertEquals(FH, write.handle());
        assertEquals(5, write.offset());
        assertTrue(write.killsSetId());
        assertFalse(write.durable());
        assertFalse(write.mapped());
        Request.Write durable = (Request.Write) decode(16, FH, 5L, 4, 0, 0L, 0x1001, 0, "data");
        assertTrue(durable.durable());
        assertTrue(((Request.Write) decode(16, FH, 5L, 4, 1, 0L, 0, 0, "data")).mapped());
        assertArrayEquals(utf8("data"), write.data().toArray(ValueLayout.JAVA_BYTE));
        assertMalformed(request(16, FH, 5L, 5, 0, 0L, 0, 0, "data"));
        assertMalformed(request(16, FH, 5L, -1, 0, 0L, 0, 0, "data"));
    }

    @Test
    void flags() {
        assertEquals(new Request.GetFlags(HEADER, FlagForm.INT), ioctl(0x80086601, "", 4));
        assertEquals(new Request.GetFlags(HEADER, FlagForm.LONG), ioctl(0x80086601, "", 8));
        assertEquals(new Request.GetFlags(HEADER, FlagForm.EXTENDED), ioctl(0x801C581F, "", 28));
        assertEquals(new Request.SetFlags(HEADER, 0x30), ioctl(0x40086602, utf8("0\0\0\0"), 0));
        assertMalformed(request(39, FH, 0, 0x80086601, 0L, 0, 5));
        assertMalformed(request(39, FH, 0, 0x801C581F, 0L, 0, 8));
        assertMalformed(request(39, FH, 0, 0x40086602, 0L, 4, 0, "0"));
        assertMalformed(request(39, FH, 0, 0x401C5820, 0L, 8, 0, 0L));
    }

    @Test
    void aChangeOfFlagsThatTheKernelHandsThroughIsRefused() {
        assertRefused(Errno.EOPNOTSUPP, 0x40086602, Messages.bytes(0x30L));
        assertRefused(Errno.EPERM, 0x401C5820, extended(0xF8, 0, 0));
        Request.Header root = new Request.Header(UNIQUE, NODE, 0, 100, 4242);
        byte[] ofRoot = request(39, ioctlIn(0x401C5820, extended(0xF8, 0, 0), 0));
        Arrays.fill(ofRoot, 24, 28, (byte) 0);
        assertEquals(new Request.SetFlags(root, 0xF8), RequestDecoder.decode(segment(ofRoot)));
    }

    @Test
    void otherIoctlsAndOtherThanFlagsAreRefused() {
        assertRefused(Errno.ENOTTY, 0x5401, new byte[0]); // TCGETS
        assertRefused(Errno.ENOTTY, 0x40046602, Messages.bytes(0x30)); // FS_IOC32_SETFLAGS
        assertRefused(Errno.EOPNOTSUPP, 0x401C5820, extended(0x800, 4096, 0));
        assertRefused(Errno.EOPNOTSUPP, 0x401C5820, extended(0, 0, 7));
        assertRefused(Errno.EOPNOTSUPP, 0x401C5820, extended(1, 0, 0));
    }

    private static void assertRefused(Errno errno, int command, byte[] data) {
        assertEquals(
                errno, assertThrows(FuseException.class, () -> ioctl(command, data, 0)).errno());
    }

    private static Request ioctl(int command, Object data, int answerBytes) {
        return decode(39, ioctlIn(command, Messages.bytes(data), answerBytes));
    }

    private static byte[] ioctlIn(int command, byte[] data, int answerBytes) {
        return Messages.bytes(FH, 0, command, 0L, data.length, answerBytes, data);
    }

    private static byte[] extended(int flags, int extentSize, int project) {
        return Messages.bytes(flags, extentSize, 0, project, 0, 0L);
    }

    @Test
    void ranges() {
        assertEquals(
                new Request.Fallocate(HEADER, FH, 3, 5L, 1L << 40),
                decode(43, FH, 5L, 1L << 40, 3, 0));
        assertEquals(new Request.Seek(HEADER, FH, 1L << 40, 4), decode(46, FH, 1L << 40, 4, 0));
        Request.CopyRange copy = (Request.CopyRange) decode(47, copyIn());
        assertEquals(new Request.CopyRange(HEADER, FH, 1, 88, 2, 1L << 30, false), copy);
        assertEquals(new Reply.Written(7), copy.copied(7));
        Request.CopyRange wide = (Request.CopyRange) decode(53, copyIn());
        assertEquals(new Request.CopyRange(HEADER, FH, 1, 88, 2, 1L << 30, true), wide);
        assertEquals(new Reply.Offset(1L << 33), wide.copied(1L << 33));
    }

    private static byte[] copyIn() {
        return Messages.bytes(FH, 1L, NODE, 88L, 2L, 1L << 30, 0L);
    }

    @Test
    void locks() {
        LockRange whole = new LockRange(LockRange.Type.WRITE, 0, LockRange.END_MAX, 4242);
        assertEquals(
                new Request.GetLock(HEADER, FH, 31, whole),
                decode(31, FH, 31L, 0L, Long.MAX_VALUE, 1, 4242, 0, 0));
        LockRange part = new LockRange(LockRange.Type.READ, 5, 9, 7);
        assertEquals(
                new Request.SetLock(HEADER, FH, 31, part, false, false),
                decode(32, FH, 31L, 5L, 9L, 0, 7, 0, 0));
        LockRange gone = new LockRange(LockRange.Type.UNLOCK, 5, 9, 0);
        assertEquals(
                new Request.SetLock(HEADER, FH, 31, gone, true, true),
                decode(33, FH, 31L, 5L, 9L, 2, 0, 1, 0));
        assertMalformed(request(32, FH, 31L, 5L, 9L, 3, 7, 0, 0));
        assertMalformed(request(32, FH, 31L, 5L, 9L, -1, 7, 0, 0));
    }

    @Test
    void interrupts() {
        assertEquals(UNIQUE, RequestDecoder.interrupted(segment(request(36, UNIQUE))));
        assertEquals(
                UNIQUE, RequestDecoder.interrupted(segment(request(36, UNIQUE | Long.MIN_VALUE))));
        assertThrows(
                FuseException.class, () -> RequestDecoder.interrupted(segment(request(36, 1))));
    }

    @Test
    void forgets() {
        assertEquals(new Request.Forget(HEADER, 3), decode(2, 3L));
        List<Request.Forget> batch =
                RequestDecoder.forgets(segment(request(42, 2, 0, 10L, 1L, 11L, 2L)));
        assertEquals(2, batch.size());
        assertEquals(10, batch.get(0).header().nodeId());
        assertEquals(1, batch.get(0).count());
        assertEquals(11, batch.get(1).header().nodeId());
        assertEquals(2, batch.get(1).count());
        assertThrows(
                FuseException.class,
                () -> RequestDecoder.forgets(segment(request(42, 3, 0, 10L, 1L, 11L, 2L))));
    }

    @Test
    void whatIsNotWhatItSays() {
        assertMalformed(request(1, "no end"));
        assertMalformed(request(1, "\0"));
        assertMalformed(request(6, "name\0"));
        assertMalformed(request(12, 1L, "a\0"));
        assertMalformed(Arrays.copyOf(request(1, "a\0"), 41));
        assertMalformed(Arrays.copyOf(request(1, "a\0"), 60));
        assertMalformed(new byte[10]);
    }

    private static void assertMalformed(byte[] message) {
        FuseException refused =
                assertThrows(FuseException.class, () -> RequestDecoder.decode(segment(message)));
        assertEquals(Errno.EPROTO, refused.errno());
    }

    /** Every prefix of every request, with the length put right and left wrong. */
    @Test
    void truncated() {
        for (byte[] whole : samples()) {
            for (int length = 0; length < whole.length; length++) {
                byte[] part = Arrays.copyOf(whole, length);
                decodeAnything(part, "prefix of " + length);
                if (length >= 4) {
                    part[0] = (byte) length;
                    part[1] = 0;
                    decodeAnything(part, "request of " + length);
                }
            }
        }
    }

    @Test
    void garbage() {
        long seed = Long.getLong("forebay.seed", SEED);
        Random random = new Random(seed);
        List<byte[]> samples = samples();
        for (int round = 0; round < MUTATIONS; round++) {
            byte[] message = samples.get(random.nextInt(samples.size())).clone();
            for (int change = random.nextInt(8); change >= 0; change--) {
                int from = random.nextBoolean() ? 4 : 0;
                int place = from + random.nextInt(message.length - from);
                message[place] = (byte) random.nextInt();
            }
            decodeAnything(message, "seed " + seed + " round " + round);
        }
    }

    /** Either a request or a FuseException; nothing else, and no access beyond the message. */
    private static void decodeAnything(byte[] message, String which) {
        try {
            RequestDecoder.decode(segment(message));
        } catch (FuseException refused) {
            assertTrue(REFUSALS.contains(refused.errno()), which);
        } catch (RuntimeException leaked) {
            throw new AssertionError(which, leaked);
        }
        try {
            RequestDecoder.forgets(segment(message));
        } catch (FuseException refused) {
            assertEquals(Errno.EPROTO, refused.errno(), which);
        } catch (RuntimeException leaked) {
            throw new AssertionError(which, leaked);
        }
    }

    private static List<byte[]> samples() {
        List<byte[]> samples = new ArrayList<>();
        samples.add(request(1, "name\0"));
        samples.add(request(2, 3L));
        samples.add(request(3, 1, 0, FH));
        samples.add(request(4, setAttr(0x7F)));
        samples.add(request(6, "name\0target\0"));
        samples.add(request(8, 010644, 0x103, 022, 0, "p\0"));
        samples.add(request(9, 0755, 022, "d\0"));
        samples.add(request(12, 77L, "a\0bc\0"));
        samples.add(request(45, 78L, 2, 0, "a\0bc\0"));
        samples.add(request(35, 0x8241, 0100600, 022, 0, "f\0"));
        samples.add(request(13, 77L, "l\0"));
        samples.add(request(21, 3, 2, 1, 0, "user.a\0", "abc"));
        samples.add(request(21, 3, 2, "user.a\0", "abc"));
        samples.add(request(22, 100, 0, "user.a\0"));
        samples.add(request(23, 100, 0));
        samples.add(request(24, "user.a\0"));
        samples.add(request(52, 1, 0, FH, 0, 0xFFF));
        samples.add(request(14, 2, 0));
        samples.add(request(15, readIn()));
        samples.add(request(16, FH, 5L, 4, 0, 0L, 0x8001, 0, "data"));
        samples.add(request(18, FH, 2, 0, 0L));
        samples.add(request(20, FH, 1, 0));
        samples.add(request(25, FH, 0, 0, 31L));
        samples.add(request(28, readIn()));
        samples.add(request(42, 2, 0, 10L, 1L, 11L, 2L));
        samples.add(request(33, FH, 31L, 5L, 9L, 2, 0, 1, 0));
        samples.add(request(39, ioctlIn(0x80086601, new byte[0], 8)));
        samples.add(request(39, ioctlIn(0x401C5820, extended(0, 0, 0), 0)));
        samples.add(request(43, FH, 5L, 6L, 3, 0));
        samples.add(request(44, readIn()));
        samples.add(request(46, FH, 5L, 3, 0));
        samples.add(request(53, copyIn()));
        return samples;
    }
}
