package io.forebay.mount.fs;

import static io.forebay.mount.fs.TestKernel.ROOT;
import static io.forebay.mount.fs.TestKernel.WRITE;
import static io.forebay.mount.fs.TestKernel.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.mount.kept.Copies;
import io.forebay.mount.kept.KeptState;
import io.forebay.mount.services.Services;
import io.forebay.mount.services.StagedFiles;
import io.forebay.proto.Grant;
import io.forebay.transport.file.FileStatus;
import io.forebay.transport.file.StagedHandle;
import io.forebay.transport.posix.NativeFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writes of a file on another node that were answered, and whose process died before it sent them.
 */
final class LostWritesTest {
    @TempDir private Path directory;

    private final Copies copies = new Copies();
    private Stage stage;
    private ForebayFileSystem fileSystem;
    private TestKernel kernel;
    private long ino;
    private long handle;

    @BeforeEach
    void start() {
        stage = Stage.in(directory);
        serve(KeptState.create(copies));
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        ino = created.entry().nodeId();
        handle = created.opened().handle();
    }

    @AfterEach
    void end() {
        fileSystem.close();
        assertEquals(List.of(), stage.metadata().open());
        stage.close();
    }

    private void serve(KeptState kept) {
        Services of = stage.services();
        Services services =
                new Services(
                        of.metadata(),
                        of.attachment(),
                        new LazyFiles(stage.staged()),
                        of.clock(),
                        of.trace(),
                        of.watch());
        fileSystem = new ForebayFileSystem(services, new FakeBacking(false), kept.files());
        kernel = new TestKernel(fileSystem);
    }

    private void dieAndTakeOver() {
        serve(KeptState.open(copies.given(), copies));
    }

    private void write(String text) {
        kernel.write(ino, handle, 0, bytes(text));
    }

    private String content() throws Exception {
        return Files.readString(stage.staged().path(ino));
    }

    private static Errno errno(Runnable work) {
        return assertThrows(FuseException.class, work::run).errno();
    }

    @Test
    void theNextWritesFailUntilAFlushHasSaidSo() throws Exception {
        write("lost");
        dieAndTakeOver();
        assertEquals(Errno.EIO, errno(() -> write("more")));
        assertEquals(Errno.EIO, errno(() -> write("more")));
        assertEquals(Errno.EIO, errno(() -> kernel.flush(ino, handle)));
        write("anew");
        assertEquals(Errno.EIO, errno(() -> kernel.fsync(ino, handle)));
        kernel.close(ino, handle);
        assertEquals("anew", content());
    }

    /**
     * A program that starts another one closes its descriptors in that one, and hears of nothing.
     */
    @Test
    void anUnseenCloseDoesNotKeepItFromTheFsyncOfEachOpen() {
        long other = kernel.open(ino, WRITE).handle();
        write("lost");
        dieAndTakeOver();
        assertEquals(Errno.EIO, errno(() -> kernel.flush(ino, handle)));
        assertEquals(Errno.EIO, errno(() -> kernel.flush(ino, handle)));
        assertEquals(Errno.EIO, errno(() -> kernel.fsync(ino, other)));
        assertEquals(Errno.EIO, errno(() -> kernel.fsync(ino, handle)));
        kernel.fsync(ino, handle);
        long later = kernel.open(ino, WRITE).handle();
        kernel.close(ino, later);
        kernel.close(ino, other);
        kernel.close(ino, handle);
    }

    @Test
    void anFsyncSaysSoAsWellAndAProcessThatDiesBeforeKeepsItForTheNext() {
        write("lost");
        dieAndTakeOver();
        dieAndTakeOver();
        assertEquals(Errno.EIO, errno(() -> kernel.fsync(ino, handle)));
        dieAndTakeOver();
        kernel.fsync(ino, handle);
        kernel.close(ino, handle);
    }

    @Test
    void whatWasFlushedIsNotLost() throws Exception {
        write("here");
        kernel.flush(ino, handle);
        dieAndTakeOver();
        write("then");
        kernel.fsync(ino, handle);
        dieAndTakeOver();
        kernel.close(ino, handle);
        assertEquals("then", content());
    }

    @Test
    void aProcessThatHandsOverLosesNothing() throws Exception {
        write("here");
        fileSystem.writeThrough();
        fileSystem.handOver();
        assertEquals("here", content());
        write("more"); // that was read before it stopped reading
        dieAndTakeOver();
        kernel.close(ino, handle);
        assertEquals("more", content());
    }

    /** As files on another node: writes wait in memory until something needs them. */
    private record LazyFiles(TempStagedFiles files) implements StagedFiles {
        @Override
        public StagedHandle open(Grant grant, Supplier<Grant> again) {
            return new LazyHandle(files.open(grant, again), new ArrayList<>());
        }
    }

    private record LazyHandle(NativeFile file, List<byte[]> waiting) implements StagedHandle {
        @Override
        public long pread(MemorySegment target, long offset) {
            flush();
            return file.pread(target, offset);
        }

        /** All at the start of the file. */
        @Override
        public long pwrite(MemorySegment source, long offset) {
            assertEquals(0, offset);
            waiting.add(source.toArray(ValueLayout.JAVA_BYTE));
            return source.byteSize();
        }

        @Override
        public long append(MemorySegment source) {
            throw new AssertionError();
        }

        @Override
        public FileStatus stat() {
            return file.stat();
        }

        @Override
        public FileStatus setModified(long mtimeNanos) {
            throw new AssertionError();
        }

        @Override
        public void truncate(long size) {
            throw new AssertionError();
        }

        @Override
        public void fallocate(int mode, long offset, long length) {
            throw new AssertionError();
        }

        @Override
        public long copyTo(StagedHandle target, long offset, long targetOffset, long length) {
            throw new AssertionError();
        }

        @Override
        public long seek(long offset, int whence) {
            throw new AssertionError();
        }

        @Override
        public void flush() {
            try (Arena arena = Arena.ofConfined()) {
                for (byte[] each : waiting) {
                    file.pwrite(arena.allocateFrom(ValueLayout.JAVA_BYTE, each), 0);
                }
            }
            waiting.clear();
        }

        @Override
        public void fsync(boolean dataOnly) {
            flush();
            file.fsync(dataOnly);
        }

        @Override
        public OptionalInt passable() {
            return OptionalInt.empty();
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
