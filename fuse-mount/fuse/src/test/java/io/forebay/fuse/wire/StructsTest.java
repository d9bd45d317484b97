package io.forebay.fuse.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What the tests of requests and answers do not reach: sizes, notifications, the ioctl. */
final class StructsTest {
    /** sizeof of each struct, as a C compiler says it for linux/fuse.h. */
    private static final Map<Integer, List<Function<MemorySegment, Record>>> SIZES =
            Map.ofEntries(
                    entry(40, InHeader::new, FileRequests.ReadIn::new, FileRequests.WriteIn::new),
                    entry(88, SetAttrIn::new, Attr::new),
                    entry(48, LockRequests.LockIn::new),
                    entry(56, RangeRequests.CopyRangeIn::new),
                    entry(288, NodeReplies.StatxOut::new),
                    entry(32, RangeRequests.FallocateIn::new),
                    entry(128, NodeReplies.EntryOut::new),
                    entry(104, NodeReplies.AttrOut::new),
                    entry(64, Init.InitOut::new),
                    entry(80, FileReplies.StatFsOut::new),
                    entry(
                            24,
                            FileRequests.FlushIn::new,
                            FileRequests.ReleaseIn::new,
                            RangeRequests.SeekIn::new,
                            LockRequests.FileLock::new,
                            NodeRequests.StatxIn::new,
                            Notifications.InvalInodeOut::new,
                            Notifications.DeleteOut::new,
                            Dirent::new),
                    entry(
                            16,
                            OutHeader::new,
                            NodeRequests.GetAttrIn::new,
                            NameRequests.MakeNodeIn::new,
                            NameRequests.Rename2In::new,
                            NameRequests.CreateIn::new,
                            FileRequests.FsyncIn::new,
                            FileReplies.OpenOut::new,
                            Notifications.InvalEntryOut::new,
                            BackingMap::new,
                            Init.InitIn::new),
                    entry(
                            8,
                            NodeRequests.ForgetIn::new,
                            NodeRequests.BatchForgetIn::new,
                            NameRequests.MakeDirectoryIn::new,
                            NameRequests.RenameIn::new,
                            NameRequests.LinkIn::new,
                            XattrRequests.SetXattrIn::new,
                            XattrRequests.GetXattrIn::new,
                            XattrRequests.GetXattrOut::new,
                            FileRequests.OpenIn::new,
                            FileReplies.WriteOut::new,
                            LockRequests.InterruptIn::new,
                            RangeRequests.NumberOut::new));

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static Map.Entry<Integer, List<Function<MemorySegment, Record>>> entry(
            int size, Function<MemorySegment, Record>... structs) {
        return Map.entry(size, List.of(structs));
    }

    private static MemorySegment of(int size) {
        return MemorySegment.ofArray(new byte[size]);
    }

    private static String hex(MemorySegment segment) {
        return HexFormat.of().formatHex((byte[]) segment.heapBase().orElseThrow());
    }

    @Test
    void eachTakesItsSizeAndRefusesOneByteLess() {
        SIZES.forEach((size, structs) ->
                structs.forEach(struct -> {
                    var _ = struct.apply(of(size));
                    assertThrows(IllegalArgumentException.class, () -> struct.apply(of(size - 1)));
                }));
    }

    @Test
    void inodeInvalidation() {
        MemorySegment bytes = of(24);
        new Notifications.InvalInodeOut(bytes).put(0x0102, -1, 3);
        assertEquals("0201000000000000" + "ffffffffffffffff" + "0300000000000000", hex(bytes));
    }

    @Test
    void entryInvalidation() {
        byte[] name = "ab".getBytes(StandardCharsets.UTF_8);
        MemorySegment bytes = of(Notifications.InvalEntryOut.size(2)).fill((byte) 0xAA);
        new Notifications.InvalEntryOut(bytes).put(7, name, false);
        assertEquals("0700000000000000" + "02000000" + "00000000" + "616200", hex(bytes));
        new Notifications.InvalEntryOut(bytes).put(7, name, true);
        assertEquals("0700000000000000" + "02000000" + "01000000" + "616200", hex(bytes));
    }

    @Test
    void removedName() {
        byte[] name = "ab".getBytes(StandardCharsets.UTF_8);
        MemorySegment bytes = of(Notifications.DeleteOut.size(2)).fill((byte) 0xAA);
        new Notifications.DeleteOut(bytes).put(7, 9, name);
        assertEquals(
                "0700000000000000" + "0900000000000000" + "02000000" + "00000000" + "616200",
                hex(bytes));
    }

    @Test
    void backingMap() {
        MemorySegment bytes = of(16).fill((byte) 0xAA);
        new BackingMap(bytes).put(258);
        assertEquals("02010000" + "00000000" + "0000000000000000", hex(bytes));
        assertEquals(ioctlWrite(1, BackingMap.SIZE), BackingMap.OPEN);
        assertEquals(ioctlWrite(2, Integer.BYTES), BackingMap.CLOSE);
    }

    /** {@code _IOW(229, number, size)} of asm-generic/ioctl.h. */
    private static long ioctlWrite(int number, int size) {
        return 1L << 30 | (long) size << 16 | 229L << 8 | number;
    }

    @Test
    void timesBeyondWhatALongHoldsAreCut() {
        assertEquals(-999_999_995L, Wire.time(-1, 5));
        assertEquals(1_999_999_999L, Wire.time(1, -1 >>> 1));
        Wire.time(Long.MIN_VALUE, Integer.MIN_VALUE);
        Wire.time(Long.MAX_VALUE, Integer.MAX_VALUE);
    }
}
