package io.forebay.mount.kept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.KeptHandle;
import io.forebay.proto.KeptInode;
import io.forebay.proto.KeptMountRecord;
import io.forebay.transport.posix.NativeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The form of what is kept: a later version reads it, or says why not. */
final class KeptStateTest {
    private static final int VERSION_AT = 8;
    private static final int CHECKSUM_AT = 4092;

    @TempDir private Path directory;

    private final Copies copies = new Copies();

    private NativeFile staged(String name) {
        int flags = NativeFile.O_CREAT | NativeFile.O_RDWR;
        return NativeFile.open(directory.resolve(name), flags, 0600);
    }

    private void changeHead(int at, int value, boolean valid) throws IOException {
        NativeFile memory = present(copies.get(KeptState.MEMORY));
        Path path = Path.of("/proc/self/fd/" + memory.descriptor());
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer head =
                    ByteBuffer.allocate(CHECKSUM_AT).order(java.nio.ByteOrder.nativeOrder());
            channel.read(head, 0);
            head.putInt(at, value).rewind();
            channel.write(head, 0);
            CRC32C crc = new CRC32C();
            crc.update(head.array());
            ByteBuffer checksum = ByteBuffer.allocate(4).order(java.nio.ByteOrder.nativeOrder());
            checksum.putInt(0, (int) crc.getValue() + (valid ? 0 : 1));
            channel.write(checksum, CHECKSUM_AT);
        }
    }

    @Test
    void whatOneProcessLeavesTheNextFinds() {
        KeptState first = KeptState.create(copies);
        first.save(KeptMountRecord.newBuilder().setMountPoint("/m").setTakeovers(3).build());
        first.requests().put(7, new RequestLog.Entry(41, 1234));
        KeptFiles.Slot slot = present(first.files().take());
        slot.save(KeptInode.newBuilder().setIno(5).setMode("DIRECT").build());
        slot.keep(true, staged("five"));
        KeptFiles.Slot gone = present(first.files().take());
        gone.save(KeptInode.newBuilder().setIno(6).build());
        gone.free();
        first.files().opened(KeptHandle.newBuilder().setHandle(9).setIno(5).build());
        first.files().opened(KeptHandle.newBuilder().setHandle(10).setIno(5).build());
        first.files().closed(9);

        KeptState next = KeptState.open(copies.given(), copies);
        assertEquals(3, next.mount().orElseThrow().getTakeovers());
        assertEquals(new RequestLog.Entry(41, 1234), next.requests().found().get(7));
        assertEquals(new RequestLog.Entry(0, 0), next.requests().found().get(0));
        assertEquals(1, next.files().found().size());
        KeptFiles.Found found = next.files().found().getFirst();
        assertEquals(5, found.inode().getIno());
        assertEquals(1, found.handles().size());
        assertEquals(10, found.handles().getFirst().getHandle());
        assertNotNull(found.writeFile());
        assertEquals(null, found.readFile());
        next.files().closed(10);
        assertTrue(
                KeptState.open(copies.given(), copies)
                        .files()
                        .found()
                        .getFirst()
                        .handles()
                        .isEmpty());
    }

    private static <T> T present(@org.jspecify.annotations.Nullable T value) {
        assertNotNull(value);
        return java.util.Objects.requireNonNull(value);
    }

    @Test
    void aDescriptorWithoutRecordIsClosed() {
        KeptState first = KeptState.create(copies);
        KeptFiles.Slot slot = present(first.files().take());
        slot.save(KeptInode.newBuilder().setIno(5).build());
        slot.keep(false, staged("five"));
        slot.free(); // and the process died before it could say that the descriptor may go
        assertEquals(2, copies.count());
        assertTrue(KeptState.open(copies.given(), copies).files().found().isEmpty());
        assertEquals(1, copies.count());
    }

    @Test
    void aNewerFormIsRefused() throws Exception {
        KeptState.create(copies);
        changeHead(VERSION_AT, KeptMemory.VERSION + 1, true);
        KeptException refused =
                assertThrows(KeptException.class, () -> KeptState.open(copies.given(), copies));
        assertTrue(String.valueOf(refused.getMessage()).contains("newer version"));
    }

    @Test
    void damageIsRefused() throws Exception {
        KeptState.create(copies);
        changeHead(12, 5, false);
        KeptException refused =
                assertThrows(KeptException.class, () -> KeptState.open(copies.given(), copies));
        assertTrue(String.valueOf(refused.getMessage()).contains("damaged"));
        copies.keep(KeptState.MEMORY, staged("empty"));
        assertThrows(KeptException.class, () -> KeptState.open(copies.given(), copies));
        Files.writeString(directory.resolve("text"), "x".repeat(10_000));
        copies.keep(KeptState.MEMORY, staged("text"));
        assertThrows(KeptException.class, () -> KeptState.open(copies.given(), copies));
        copies.drop(KeptState.MEMORY);
        assertThrows(KeptException.class, () -> KeptState.open(copies.given(), copies));
    }

    /** A version with other tables: what this one knows is found by what the head says. */
    @Test
    void otherSizesAreReadAsTheHeadSays() throws Exception {
        KeptState first = KeptState.create(copies);
        first.save(KeptMountRecord.newBuilder().setMountPoint("/older").build());
        int handlesAt = 16 + 3 * 24;
        changeHead(handlesAt + 8, 1000, true); // fewer handles
        KeptState next = KeptState.open(copies.given(), copies);
        assertEquals("/older", next.mount().orElseThrow().getMountPoint());
        changeHead(handlesAt, 99, true); // a table that this version does not know, and one less
        KeptException refused =
                assertThrows(KeptException.class, () -> KeptState.open(copies.given(), copies));
        assertTrue(String.valueOf(refused.getMessage()).contains("HANDLES"));
    }
}
