package io.forebay.mount.fs;

import static io.forebay.mount.fs.TestKernel.APPEND;
import static io.forebay.mount.fs.TestKernel.READ;
import static io.forebay.mount.fs.TestKernel.READ_WRITE;
import static io.forebay.mount.fs.TestKernel.ROOT;
import static io.forebay.mount.fs.TestKernel.WRITE;
import static io.forebay.mount.fs.TestKernel.bytes;
import static io.forebay.mount.fs.TestKernel.header;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FlagForm;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.OpenFlags;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The flags of chattr(1) on files that are open: what the control plane does not see. */
final class FlagsTest {
    private static final int IMMUTABLE = 0x10;
    private static final int APPEND_ONLY = 0x20;
    private static final int KEEP_SIZE = 1;
    private static final int PUNCH = 3;

    @TempDir Path directory;

    private Stage stage;
    private ForebayFileSystem fileSystem;
    private TestKernel kernel;

    private void use(boolean passthrough) {
        fileSystem = stage.fileSystem(new FakeBacking(passthrough));
        kernel = new TestKernel(fileSystem);
    }

    @BeforeEach
    void start() {
        stage = Stage.in(directory);
        use(false);
    }

    @AfterEach
    void end() {
        kernel.forgetAll();
        fileSystem.close();
        assertEquals(List.of(), stage.metadata().open());
        stage.close();
    }

    private void flag(long ino, int flags) {
        assertEquals(
                new Reply.FlagsSet(), fileSystem.handle(new Request.SetFlags(header(ino), flags)));
    }

    private void allocate(long ino, long handle, int mode) {
        fileSystem.handle(new Request.Fallocate(header(ino), handle, mode, 0, 3));
    }

    private void copy(long ino, long handle) {
        fileSystem.handle(new Request.CopyRange(header(ino), handle, 0, handle, 3, 3, true));
    }

    private static void assertRefused(Runnable work) {
        assertEquals(Errno.EPERM, assertThrows(FuseException.class, work::run).errno());
    }

    @Test
    void whatWasSetIsShown() {
        long ino = kernel.makeDirectory(ROOT, "d");
        flag(ino, APPEND_ONLY);
        assertEquals(
                new Reply.Flags(APPEND_ONLY, FlagForm.EXTENDED),
                fileSystem.handle(new Request.GetFlags(header(ino), FlagForm.EXTENDED)));
    }

    @Test
    void anImmutableFileIsWrittenByMappingsOfBeforeAlone() {
        Reply.Created created = kernel.create(ROOT, "a", READ_WRITE);
        long ino = created.entry().nodeId();
        long handle = created.opened().handle();
        kernel.write(ino, handle, 0, bytes("abc"));
        flag(ino, IMMUTABLE);
        assertRefused(() -> kernel.write(ino, handle, 0, bytes("x")));
        assertRefused(() -> kernel.truncate(ino, 1, OptionalLong.of(handle)));
        assertRefused(() -> allocate(ino, handle, KEEP_SIZE));
        assertRefused(() -> copy(ino, handle));
        kernel.writeMapped(ino, handle, 0, bytes("m"));
        assertArrayEquals(bytes("mbc"), kernel.read(ino, handle, 0, 9));
        kernel.fsync(ino, handle);
        kernel.close(ino, handle);
        assertEquals(3, stage.metadata().attributes(ino).getSize());
    }

    @Test
    void anAppendOnlyFileGrowsWhateverTheOffset() {
        long ino = appended(APPEND_ONLY);
        long handle = kernel.open(ino, READ_WRITE | APPEND).handle();
        kernel.write(ino, handle, 0, bytes("x"));
        assertRefused(() -> kernel.writeMapped(ino, handle, 0, bytes("m")));
        assertRefused(() -> kernel.truncate(ino, 1, OptionalLong.of(handle)));
        assertRefused(() -> allocate(ino, handle, PUNCH));
        assertRefused(() -> copy(ino, handle));
        allocate(ino, handle, KEEP_SIZE);
        assertArrayEquals(bytes("abcx"), kernel.read(ino, handle, 0, 9));
        kernel.close(ino, handle);
    }

    @Test
    void whatAMappingStoresStandsAtItsPlaceAlsoWhereWritesAreAppended() {
        long ino = appended(0);
        long handle = kernel.open(ino, READ_WRITE | APPEND).handle();
        kernel.write(ino, handle, 0, bytes("x"));
        kernel.writeMapped(ino, handle, 0, bytes("m"));
        assertArrayEquals(bytes("mbcx"), kernel.read(ino, handle, 0, 9));
        kernel.close(ino, handle);
    }

    @Test
    void writersOfAnAppendOnlyFileArePassedThroughNever() {
        use(true);
        long ino = appended(APPEND_ONLY);
        long reader = kernel.open(ino, READ).handle();
        Reply.Opened writer = kernel.open(ino, WRITE | APPEND);
        assertEquals(0, writer.flags() & OpenFlags.PASSTHROUGH);
        kernel.close(ino, writer.handle());
        kernel.close(ino, reader);
        flag(ino, 0);
        long before = kernel.open(ino, READ).handle();
        flag(ino, APPEND_ONLY);
        Reply.Opened seen = kernel.open(ino, WRITE | APPEND);
        int both = OpenFlags.PASSTHROUGH | OpenFlags.DIRECT_IO;
        assertEquals(both, seen.flags() & both, "each write is a request");
        kernel.close(ino, seen.handle());
        kernel.close(ino, before);
    }

    private long appended(int flags) {
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        kernel.write(ino, created.opened().handle(), 0, bytes("abc"));
        kernel.close(ino, created.opened().handle());
        flag(ino, flags);
        return ino;
    }
}
