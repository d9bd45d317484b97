package io.forebay.mount.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.proto.FailureKind;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** I1, WRITE_THROUGH: what is answered, and when. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class StoresTest {
    @TempDir private Path directory;

    private final AtomicLong millis = new AtomicLong(1_000_000);
    private final InstantSource clock = () -> Instant.ofEpochMilli(millis.get());
    private Stage stage;
    private ForebayFileSystem fileSystem;
    private TestKernel kernel;
    private long ino;
    private long handle;

    @BeforeEach
    void open() {
        stage = Stage.in(directory, clock);
        fileSystem = stage.fileSystem(new FakeBacking(false));
        kernel = new TestKernel(fileSystem);
        stage.metadata().store().answer(_ -> FailureKind.FAILURE_NONE);
        Reply.Created created = kernel.create(TestKernel.ROOT, "f", TestKernel.READ_WRITE);
        ino = created.entry().nodeId();
        handle = created.opened().handle();
    }

    @AfterEach
    void close() {
        kernel.release(ino, handle);
        fileSystem.close();
        stage.close();
    }

    @Test
    void aCloseWaitsAlsoWhenNothingWasWritten() throws Exception {
        assertInstanceOf(Reply.Ok.class, answer(flush()));
        assertEquals(List.of(1L), stage.metadata().store().asked());
        assertInstanceOf(Reply.Ok.class, answer(flush()));
        assertEquals(List.of(1L, 2L), stage.metadata().store().asked(), "each close asks");
    }

    @Test
    void anFsyncIsAnsweredWhenTheBucketHasIt() throws Exception {
        CountDownLatch stored = new CountDownLatch(1);
        stage.metadata()
                .store()
                .answer(_ -> {
                    awaitQuietly(stored);
                    return FailureKind.FAILURE_NONE;
                });
        Reply.Later later = fsync();
        assertFalse(later.answer().isDone());
        stored.countDown();
        assertInstanceOf(Reply.Ok.class, answer(later));
    }

    @Test
    void whoIsSlowerThanAWriterCommitsAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        stage.metadata()
                .store()
                .answer(_ ->
                        asked.getAndIncrement() < 2
                                ? FailureKind.FAILURE_STALE
                                : FailureKind.FAILURE_NONE);
        assertInstanceOf(Reply.Ok.class, answer(fsync()));
        assertEquals(List.of(1L, 2L, 3L), stage.metadata().store().asked());
    }

    @Test
    void aStoreThatStaysAwayIsAnErrorAfterAMinute() throws Exception {
        stage.metadata()
                .store()
                .answer(_ -> {
                    millis.addAndGet(StoreCalls.PATIENCE_MILLIS / 3);
                    return FailureKind.FAILURE_BUSY;
                });
        assertEquals(Errno.EIO, failure(flush()));
        assertEquals(List.of(1L, 1L, 1L), stage.metadata().store().asked());
        assertEquals(Errno.EIO, failure(flush()), "and no later close is told otherwise");
    }

    @Test
    void aConflictIsAnErrorAtOnce() throws Exception {
        stage.metadata().store().answer(_ -> FailureKind.FAILURE_CONFLICT);
        assertEquals(Errno.EIO, failure(fsync()));
        assertEquals(1, stage.metadata().store().asked().size());
    }

    @Test
    void aSignalEndsTheWait() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        stage.metadata()
                .store()
                .answer(_ -> {
                    waiting.countDown();
                    return awaitQuietly(new CountDownLatch(1))
                            ? FailureKind.FAILURE_NONE
                            : FailureKind.FAILURE_BUSY;
                });
        Reply.Later later = flush();
        assertTrue(waiting.await(10, TimeUnit.SECONDS));
        later.interrupt().run();
        assertEquals(Errno.EINTR, failure(later));
    }

    @Test
    void aDirectoryIsAskedForByOneMoment() throws Exception {
        Request.FsyncDirectory request =
                new Request.FsyncDirectory(TestKernel.header(TestKernel.ROOT), 0, false);
        Reply.Later later = assertInstanceOf(Reply.Later.class, fileSystem.handle(request));
        assertInstanceOf(Reply.Ok.class, answer(later));
        assertEquals(List.of(0L), stage.metadata().store().asked());
    }

    private Reply.Later flush() {
        Request.Flush request = new Request.Flush(TestKernel.header(ino), handle, 1);
        return assertInstanceOf(Reply.Later.class, fileSystem.handle(request));
    }

    private Reply.Later fsync() {
        Request.Fsync request = new Request.Fsync(TestKernel.header(ino), handle, false);
        return assertInstanceOf(Reply.Later.class, fileSystem.handle(request));
    }

    private static Reply answer(Reply.Later later) throws Exception {
        return later.answer().get(30, TimeUnit.SECONDS);
    }

    private static Errno failure(Reply.Later later) {
        ExecutionException e = assertThrows(ExecutionException.class, () -> answer(later));
        return assertInstanceOf(FuseException.class, e.getCause()).errno();
    }

    /** False: interrupted. */
    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }
}
