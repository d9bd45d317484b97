package io.forebay.mount.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.LockRange;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileLock;
import io.forebay.proto.LockType;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The requests about locks, beside another mount that has some. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class LocksTest {
    private static final long ALICE = -11;
    private static final long BOB = 12;
    private static final LockRange ALL =
            new LockRange(LockRange.Type.WRITE, 0, LockRange.END_MAX, 42);

    @TempDir Path directory;

    private Stage stage;
    private ForebayFileSystem fileSystem;
    private TestKernel kernel;
    private long ino;
    private long handle;

    @BeforeEach
    void open() {
        stage = Stage.in(directory);
        fileSystem = stage.fileSystem(new FakeBacking(false));
        kernel = new TestKernel(fileSystem);
        Reply.Created created = kernel.create(TestKernel.ROOT, "f", TestKernel.READ_WRITE);
        ino = created.entry().nodeId();
        handle = created.opened().handle();
    }

    @AfterEach
    void close() {
        kernel.release(ino, handle);
        assertEquals(0, fileSystem.lockedFiles());
        assertEquals(0, stage.metadata().lockCount());
        fileSystem.close();
        stage.close();
    }

    private Request.SetLock request(long owner, LockRange range, boolean flock, boolean waits) {
        return new Request.SetLock(TestKernel.header(ino), handle, owner, range, flock, waits);
    }

    private Reply set(long owner, LockRange range) {
        return fileSystem.handle(request(owner, range, false, false));
    }

    private Reply flock(long owner, LockRange.Type type) {
        LockRange all = new LockRange(type, 0, LockRange.END_MAX, 42);
        return fileSystem.handle(request(owner, all, true, false));
    }

    private void flush(long owner) {
        fileSystem.handle(new Request.Flush(TestKernel.header(ino), handle, owner));
    }

    private static FileLock elsewhere(LockType type, boolean flock) {
        return FileLock.newBuilder()
                .setOwner(1)
                .setType(type)
                .setFlock(flock)
                .setEnd(Long.MAX_VALUE)
                .setPid(77)
                .build();
    }

    private void lockElsewhere(LockType type) {
        assertEquals(
                FailureKind.FAILURE_NONE,
                stage.metadata().lockElsewhere(ino, elsewhere(type, false)).getFailure());
    }

    private static Errno refused(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(FuseException.class, call).errno();
    }

    @Test
    void whatIsInTheWayIsShown() {
        set(ALICE, new LockRange(LockRange.Type.READ, 10, 19, 42));
        LockRange asked = new LockRange(LockRange.Type.WRITE, 15, 30, 43);
        assertEquals(
                new Reply.Lock(new LockRange(LockRange.Type.READ, 10, 19, 42)),
                fileSystem.handle(new Request.GetLock(TestKernel.header(ino), handle, BOB, asked)));
        assertEquals(
                new Reply.Lock(new LockRange(LockRange.Type.UNLOCK, 15, 30, 0)),
                fileSystem.handle(
                        new Request.GetLock(TestKernel.header(ino), handle, ALICE, asked)));
        assertEquals(Errno.EAGAIN, refused(() -> set(BOB, asked)));
        set(ALICE, new LockRange(LockRange.Type.UNLOCK, 0, LockRange.END_MAX, 42));
        lockElsewhere(LockType.LOCK_TYPE_READ);
        Reply.Lock remote =
                (Reply.Lock)
                        fileSystem.handle(
                                new Request.GetLock(TestKernel.header(ino), handle, BOB, asked));
        assertEquals(0, remote.lock().pid(), "a process of another machine");
        lockElsewhere(LockType.LOCK_TYPE_UNLOCK);
    }

    @Test
    void aProcessThatClosesLosesItsLocks() {
        set(ALICE, ALL);
        flush(BOB);
        assertEquals(Errno.EAGAIN, refused(() -> set(BOB, ALL)));
        flush(ALICE);
        set(BOB, ALL);
        flush(BOB);
    }

    @Test
    void closingWithoutLocksAsksNobody() {
        stage.metadata().takeCalls();
        flush(ALICE);
        kernel.release(ino, kernel.open(ino, TestKernel.READ).handle());
        assertFalse(stage.metadata().takeCalls().contains("setLock"));
    }

    @Test
    void aDescriptionsLocksEndWithIt() {
        long second = kernel.open(ino, TestKernel.READ).handle();
        fileSystem.handle(
                new Request.SetLock(TestKernel.header(ino), second, ALICE, ALL, false, false));
        flush(BOB);
        assertEquals(Errno.EAGAIN, refused(() -> set(BOB, ALL)));
        kernel.release(ino, second);
        set(BOB, ALL);
    }

    @Test
    void aLockByAnotherOpenOutlivesTheFirst() {
        long second = kernel.open(ino, TestKernel.READ).handle();
        set(ALICE, new LockRange(LockRange.Type.WRITE, 0, 9, 42));
        flush(ALICE); // closes the first descriptor
        fileSystem.handle(
                new Request.SetLock(TestKernel.header(ino), second, ALICE, ALL, false, false));
        kernel.release(ino, handle);
        assertEquals(1, stage.metadata().lockCount());
        handle = second;
    }

    @Test
    void flockEndsWithItsOpen() {
        flock(ALICE, LockRange.Type.WRITE);
        assertEquals(Errno.EAGAIN, refused(() -> flock(BOB, LockRange.Type.READ)));
        set(BOB, ALL); // the other kind
        flush(BOB);
        long second = kernel.open(ino, TestKernel.READ).handle();
        fileSystem.handle(
                new Request.Release(TestKernel.header(ino), second, 0, OptionalLong.of(ALICE)));
        flock(BOB, LockRange.Type.READ);
        flock(BOB, LockRange.Type.UNLOCK);
    }

    @Test
    void aWaitEndsWhenTheLockIsFree() throws Exception {
        lockElsewhere(LockType.LOCK_TYPE_WRITE);
        CompletableFuture<Reply> answer = waitFor(ALICE).answer();
        assertThrows(TimeoutException.class, () -> answer.get(50, TimeUnit.MILLISECONDS));
        lockElsewhere(LockType.LOCK_TYPE_UNLOCK);
        assertEquals(new Reply.Ok(), answer.get(30, TimeUnit.SECONDS));
        assertEquals(Errno.EAGAIN, refused(() -> set(BOB, ALL)));
        flush(ALICE);
    }

    private Reply.Later waitFor(long owner) {
        return assertInstanceOf(
                Reply.Later.class, fileSystem.handle(request(owner, ALL, false, true)));
    }

    @Test
    void aSignalEndsAWait() throws Exception {
        lockElsewhere(LockType.LOCK_TYPE_WRITE);
        stage.metadata().takeCalls();
        Reply.Later wait = waitFor(ALICE);
        wait.interrupt().run();
        assertEquals(Errno.EINTR, failure(wait.answer()));
        assertEquals(List.of("setLock", "withdrawLock"), stage.metadata().takeCalls());
        lockElsewhere(LockType.LOCK_TYPE_UNLOCK);
        wait.interrupt().run();
        flush(ALICE);
    }

    private static Errno failure(CompletableFuture<Reply> answer) {
        ExecutionException failed =
                assertThrows(ExecutionException.class, () -> answer.get(30, TimeUnit.SECONDS));
        return assertInstanceOf(FuseException.class, failed.getCause()).errno();
    }

    @Test
    void theEndOfTheMountEndsAWait() {
        lockElsewhere(LockType.LOCK_TYPE_WRITE);
        Reply.Later wait = waitFor(ALICE);
        fileSystem.close();
        assertEquals(Errno.EINTR, failure(wait.answer()));
        lockElsewhere(LockType.LOCK_TYPE_UNLOCK);
        open();
    }

    @Test
    void locksAreTakenAgainAfterALostLease() {
        set(ALICE, new LockRange(LockRange.Type.WRITE, 0, 9, 42));
        set(BOB, new LockRange(LockRange.Type.WRITE, 10, 19, 42));
        stage.metadata().endLeases();
        FileLock first = elsewhere(LockType.LOCK_TYPE_WRITE, false).toBuilder().setEnd(9).build();
        stage.metadata().lockElsewhere(ino, first);
        set(BOB, new LockRange(LockRange.Type.WRITE, 30, 39, 42)); // finds that the lease has ended
        assertEquals(3, stage.metadata().lockCount(), "Alice's lock is lost");
        lockElsewhere(LockType.LOCK_TYPE_UNLOCK);
        flush(ALICE);
        flush(BOB);
    }

    @Test
    void aNewProcessLearnsWhatIsLocked() {
        set(ALICE, ALL);
        flock(BOB, LockRange.Type.READ);
        ForebayFileSystem next = stage.fileSystem(new FakeBacking(false));
        next.restoreLocks();
        assertEquals(1, next.lockedFiles());
        flush(ALICE);
        flock(BOB, LockRange.Type.UNLOCK);
    }
}
