package io.forebay.mount.fs;

import static io.forebay.mount.fs.TestKernel.APPEND;
import static io.forebay.mount.fs.TestKernel.EXCLUSIVE;
import static io.forebay.mount.fs.TestKernel.READ;
import static io.forebay.mount.fs.TestKernel.READ_WRITE;
import static io.forebay.mount.fs.TestKernel.ROOT;
import static io.forebay.mount.fs.TestKernel.TRUNCATE;
import static io.forebay.mount.fs.TestKernel.WRITE;
import static io.forebay.mount.fs.TestKernel.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.OpenFlags;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileSystemTest {
    @TempDir Path directory;

    private Stage stage;
    private FakeBacking backing;
    private ForebayFileSystem fileSystem;
    private TestKernel kernel;

    @BeforeEach
    void start() {
        stage = Stage.in(directory);
        use(new FakeBacking(true));
    }

    private void use(FakeBacking used) {
        backing = used;
        fileSystem = stage.fileSystem(used);
        kernel = new TestKernel(fileSystem);
    }

    /** Whatever a test did, nothing is left open anywhere. */
    @AfterEach
    void end() throws InterruptedException {
        kernel.forgetAll();
        fileSystem.close();
        assertEquals(0, fileSystem.openFiles());
        assertEquals(0, fileSystem.unreleasedFiles());
        assertEquals(0, fileSystem.openDirectories());
        assertEquals(0, fileSystem.knownNodes());
        assertEquals(0, backing.open());
        assertEquals(List.of(), stage.metadata().open());
        stage.close();
    }

    private static Errno errno(Runnable work) {
        return assertThrows(FuseException.class, work::run).errno();
    }

    @Test
    void anUntouchedFileCostsNoCommit() throws InterruptedException {
        stage.metadata().takeCalls();
        Reply.Created created = kernel.create(ROOT, "a", WRITE | EXCLUSIVE);
        long ino = created.entry().nodeId();
        assertEquals(OpenFlags.PASSTHROUGH, created.opened().flags());
        kernel.close(ino, created.opened().handle());
        Stage.drain(fileSystem);
        assertEquals(List.of("create", "release"), stage.metadata().takeCalls());
        assertFalse(stage.metadata().isWriting(ino));
    }

    @Test
    void closeCommitsWhatWasWrittenOnce() {
        use(new FakeBacking(false));
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        long handle = created.opened().handle();
        assertEquals(3, kernel.write(ino, handle, 0, bytes("abc")));
        assertEquals(3, kernel.attributes(ino).size());
        assertEquals(0, stage.metadata().attributes(ino).getSize());
        kernel.flush(ino, handle);
        assertEquals(3, stage.metadata().attributes(ino).getSize());
        stage.metadata().takeCalls();
        kernel.flush(ino, handle);
        kernel.release(ino, handle);
        assertTrue(
                stage.metadata().takeCalls().stream().noneMatch(call -> call.startsWith("commit")));
    }

    @Test
    void whatWasWrittenBehindTheLastFlushIsCommittedAtRelease() {
        use(new FakeBacking(false));
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        kernel.flush(ino, created.opened().handle());
        kernel.write(ino, created.opened().handle(), 0, bytes("late"));
        kernel.release(ino, created.opened().handle());
        assertEquals(4, stage.metadata().attributes(ino).getSize());
    }

    @Test
    void oneBackingIdServesAllOpensOfAnInode() {
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        Reply.Opened reader = kernel.open(ino, READ);
        Reply.Opened both = kernel.open(ino, READ_WRITE);
        assertEquals(created.opened().backingId(), reader.backingId());
        assertEquals(created.opened().backingId(), both.backingId());
        kernel.close(ino, created.opened().handle());
        kernel.close(ino, both.handle());
        assertEquals(reader.backingId(), kernel.open(ino, WRITE).backingId());
        assertEquals(1, backing.open());
        kernel.release(ino, reader.handle());
    }

    @Test
    void aWriterMayComeAfterAReader() {
        use(new FakeBacking(false));
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        kernel.close(ino, created.opened().handle());
        Reply.Opened reader = kernel.open(ino, READ);
        Reply.Opened writer = kernel.open(ino, WRITE);
        assertEquals(reader.flags(), writer.flags());
        assertEquals(Errno.EBADF, errno(() -> kernel.write(ino, 999, 0, bytes("x"))));
        kernel.write(ino, writer.handle(), 0, bytes("seen"));
        assertArrayEquals(bytes("seen"), kernel.read(ino, reader.handle(), 0, 100));
        kernel.close(ino, writer.handle());
        kernel.close(ino, reader.handle());
    }

    @Test
    void aReplacedStagedFileIsRefusedWhileOpen() throws Exception {
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        Path path = stage.staged().path(ino);
        Files.move(path, path.resolveSibling("other"));
        assertEquals(Errno.EBUSY, errno(() -> kernel.open(ino, READ)));
        kernel.close(ino, created.opened().handle());
        kernel.release(ino, kernel.open(ino, READ).handle());
    }

    @Test
    void theLastWriterIsReportedWhileReadersStay() throws InterruptedException {
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        Reply.Opened reader = kernel.open(ino, READ);
        kernel.close(ino, created.opened().handle());
        Stage.drain(fileSystem);
        assertFalse(stage.metadata().isWriting(ino));
        assertEquals(List.of(ino), stage.metadata().open());
        kernel.close(ino, reader.handle());
        Stage.drain(fileSystem);
        assertEquals(List.of(), stage.metadata().open());
    }

    @Test
    void aReleaseIsSentUntilItIsAnswered() throws InterruptedException {
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        stage.metadata().setDown(true);
        kernel.close(ino, created.opened().handle());
        assertEquals(Errno.EIO, errno(() -> kernel.open(ino, READ)));
        stage.metadata().setDown(false);
        long handle = kernel.open(ino, READ).handle();
        Stage.drain(fileSystem);
        assertFalse(stage.metadata().isWriting(ino));
        assertEquals(List.of(ino), stage.metadata().open());
        kernel.release(ino, handle);
    }

    @Test
    void aFailedCommitIsAnErrorOfCloseAndIsMadeUpFor() {
        use(new FakeBacking(false));
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        long handle = created.opened().handle();
        kernel.write(ino, handle, 0, bytes("abc"));
        stage.metadata().setDown(true);
        assertEquals(Errno.EIO, errno(() -> kernel.flush(ino, handle)));
        kernel.release(ino, handle);
        stage.metadata().setDown(false);
        fileSystem.close();
        assertEquals(3, stage.metadata().attributes(ino).getSize());
    }

    @Test
    void aLostLeaseIsTakenAgainAndOpenFilesWithIt() {
        use(new FakeBacking(false));
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        long handle = created.opened().handle();
        kernel.write(ino, handle, 0, bytes("abc"));
        stage.metadata().endLeases();
        kernel.flush(ino, handle);
        assertEquals(3, stage.metadata().attributes(ino).getSize());
        assertTrue(stage.metadata().isWriting(ino));
        kernel.release(ino, handle);
    }

    @Test
    void aFileWhoseLeaseWasLostBeforeItsAnswerCameIsOpen() {
        use(new FakeBacking(false));
        stage.metadata()
                .beforeNextOpened(() -> {
                    stage.metadata().endLeases();
                    stage.services().attachment().checkLease();
                });
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        long handle = created.opened().handle();
        assertTrue(stage.metadata().isWriting(ino));
        kernel.write(ino, handle, 0, bytes("abc"));
        kernel.close(ino, handle);
        assertEquals(3, stage.metadata().attributes(ino).getSize());
    }

    /** The control plane counts a file as written until its first close. */
    @Test
    void aTimeThatWasSetHoldsForANewFileThatIsOnlyRead() {
        use(new FakeBacking(false));
        Reply.Created created = kernel.create(ROOT, "a", READ);
        long ino = created.entry().nodeId();
        long time = TimeUnit.SECONDS.toNanos(1_000_000) + 1;
        assertEquals(time, kernel.setMtime(ino, time).mtimeNanos());
        assertEquals(time, kernel.attributes(ino).mtimeNanos());
        kernel.close(ino, created.opened().handle());
        assertEquals(time, stage.metadata().attributes(ino).getMtimeNanos());
    }

    @Test
    void aTimeThatWasSetHoldsUntilTheNextWrite() {
        use(new FakeBacking(false));
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        long handle = created.opened().handle();
        kernel.write(ino, handle, 0, bytes("abc"));
        long time = TimeUnit.SECONDS.toNanos(1_000_000) + 1;
        assertEquals(time, kernel.setMtime(ino, time).mtimeNanos());
        assertEquals(time, kernel.attributes(ino).mtimeNanos());
        kernel.flush(ino, handle);
        assertEquals(time, stage.metadata().attributes(ino).getMtimeNanos());
        kernel.write(ino, handle, 3, bytes("d"));
        assertNotEquals(time, kernel.attributes(ino).mtimeNanos());
        kernel.close(ino, handle);
        assertNotEquals(time, stage.metadata().attributes(ino).getMtimeNanos());
        assertEquals(4, stage.metadata().attributes(ino).getSize());
    }

    @Test
    void truncateWithAndWithoutAHandle() {
        use(new FakeBacking(false));
        Reply.Created created = kernel.create(ROOT, "a", READ_WRITE);
        long ino = created.entry().nodeId();
        long handle = created.opened().handle();
        kernel.write(ino, handle, 0, bytes("abcdef"));
        assertEquals(4, kernel.truncate(ino, 4, OptionalLong.of(handle)).size());
        kernel.close(ino, handle);
        assertEquals(4, stage.metadata().attributes(ino).getSize());
        assertEquals(2, kernel.truncate(ino, 2, OptionalLong.empty()).size());
        assertEquals(2, stage.metadata().attributes(ino).getSize());
        assertEquals(0, kernel.truncate(ino, 0, OptionalLong.empty()).size());
        assertEquals(9, kernel.truncate(ino, 9, OptionalLong.empty()).size());
        long reader = kernel.open(ino, READ).handle();
        assertArrayEquals(new byte[9], kernel.read(ino, reader, 0, 100));
        kernel.close(ino, reader);
    }

    @Test
    void appendGoesToTheEndAndTruncateStartsAnew() {
        use(new FakeBacking(false));
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        kernel.write(ino, created.opened().handle(), 0, bytes("one"));
        kernel.close(ino, created.opened().handle());
        long appender = kernel.open(ino, WRITE | APPEND).handle();
        kernel.write(ino, appender, 0, bytes("two"));
        kernel.close(ino, appender);
        long both = kernel.open(ino, READ_WRITE).handle();
        assertArrayEquals(bytes("onetwo"), kernel.read(ino, both, 0, 100));
        kernel.close(ino, both);
        long cut = kernel.open(ino, WRITE | TRUNCATE).handle();
        assertEquals(0, kernel.attributes(ino).size());
        kernel.close(ino, cut);
        assertEquals(0, stage.metadata().attributes(ino).getSize());
    }

    /** The process before this one died before, within or after its append. */
    @Test
    void anAppendThatComesAgainIsDoneOnce() {
        use(new FakeBacking(false));
        Reply.Created created = kernel.create(ROOT, "a", WRITE | APPEND);
        long ino = created.entry().nodeId();
        long handle = created.opened().handle();
        for (String before : new String[] {"", "th", "three", "other"}) {
            long end = kernel.attributes(ino).size();
            if (!before.isEmpty()) {
                kernel.write(ino, handle, end, bytes(before));
            }
            assertEquals(5, kernel.writeAgain(ino, handle, end, bytes("three")));
        }
        kernel.close(ino, handle);
        long reader = kernel.open(ino, READ).handle();
        assertArrayEquals(bytes("threethreethreeotherthree"), kernel.read(ino, reader, 0, 100));
        kernel.close(ino, reader);
    }

    @Test
    void anUnlinkedFileLivesUntilItsLastClose() {
        use(new FakeBacking(false));
        Reply.Created created = kernel.create(ROOT, "a", READ_WRITE);
        long ino = created.entry().nodeId();
        long handle = created.opened().handle();
        kernel.remove(ROOT, "a", false);
        kernel.write(ino, handle, 0, bytes("still"));
        assertArrayEquals(bytes("still"), kernel.read(ino, handle, 0, 100));
        Attributes attributes = kernel.attributes(ino);
        assertEquals(0, attributes.nlink());
        assertEquals(5, attributes.size());
        kernel.close(ino, handle);
    }

    /** Who waits for what was closed must not miss what fsync had committed before the close. */
    @Test
    void aCloseIsToldOnce() {
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        long handle = created.opened().handle();
        kernel.write(ino, handle, 0, bytes("text"));
        kernel.fsync(ino, handle);
        stage.metadata().takeCalls();
        kernel.flush(ino, handle);
        assertEquals(List.of("commit closed"), stage.metadata().takeCalls());
        kernel.flush(ino, handle);
        assertEquals(List.of(), stage.metadata().takeCalls());
        kernel.close(ino, handle);
    }

    @Test
    void fsyncIsDurableForWritersAndReaders() {
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        stage.metadata().takeCalls();
        kernel.fsync(ino, created.opened().handle());
        assertEquals(List.of("commit"), stage.metadata().takeCalls());
        kernel.close(ino, created.opened().handle());
        long reader = kernel.open(ino, READ).handle();
        stage.metadata().takeCalls();
        kernel.fsync(ino, reader);
        assertTrue(stage.metadata().takeCalls().contains("sync"));
        kernel.close(ino, reader);
    }

    @Test
    void lookupsSeeTheSizeOfAFileThatIsBeingWritten() {
        use(new FakeBacking(false));
        Reply.Created created = kernel.create(ROOT, "a", WRITE);
        long ino = created.entry().nodeId();
        kernel.write(ino, created.opened().handle(), 0, new byte[5000]);
        Reply.Entry entry =
                (Reply.Entry)
                        fileSystem.handle(new Request.Lookup(TestKernel.header(ROOT), bytes("a")));
        assertEquals(5000, entry.attributes().size());
        assertEquals(2, fileSystem.lookups(ino));
        fileSystem.handle(new Request.Forget(TestKernel.header(ino), 1));
        kernel.close(ino, created.opened().handle());
    }

    @Test
    void fileHandlesAreLookedUpByDots() {
        long directory = kernel.makeDirectory(ROOT, "d");
        long below = kernel.makeDirectory(directory, "e");
        assertEquals(below, kernel.lookup(below, "."));
        assertEquals(directory, kernel.lookup(below, ".."));
        assertEquals(ROOT, kernel.lookup(directory, ".."));
        Reply.Created file = kernel.create(directory, "f", WRITE);
        long ino = file.entry().nodeId();
        assertEquals(ino, kernel.lookup(ino, "."));
        kernel.remove(directory, "f", false);
        assertEquals(Errno.ESTALE, errno(() -> kernel.lookup(ino, ".")));
        kernel.close(ino, file.opened().handle());
    }

    @Test
    void directoriesAreReadInPiecesWhileTheyChange() {
        List<String> names = IntStream.range(0, 40).mapToObj(i -> "f%03d".formatted(i)).toList();
        names.forEach(name -> kernel.makeDirectory(ROOT, name));
        assertEquals(names, kernel.list(ROOT, true, 7));
        assertEquals(names, kernel.list(ROOT, false, 1));
        long handle = kernel.openDirectory(ROOT);
        List<Reply.DirectoryEntry> first = kernel.page(ROOT, handle, 0, true, 12);
        kernel.remove(ROOT, "f003", true);
        kernel.remove(ROOT, "f010", true);
        kernel.makeDirectory(ROOT, "f0005");
        Reply.DirectoryEntry last = first.getLast();
        List<Reply.DirectoryEntry> next = kernel.page(ROOT, handle, last.nextOffset(), true, 3);
        assertArrayEquals(bytes("f009"), last.name());
        assertArrayEquals(bytes("f011"), next.getFirst().name());
        List<Reply.DirectoryEntry> back =
                kernel.page(ROOT, handle, first.get(5).nextOffset(), true, 1);
        assertArrayEquals(bytes("f004"), back.getFirst().name());
        assertEquals(first.get(5).nextOffset() + 1, back.getFirst().nextOffset());
        fileSystem.handle(new Request.ReleaseDirectory(TestKernel.header(ROOT), handle));
    }

    @Test
    void aListingThatAnotherProcessBeganGoesOnByItsPosition() {
        List<String> names = IntStream.range(0, 2500).mapToObj(i -> "f%04d".formatted(i)).toList();
        names.forEach(name -> kernel.makeDirectory(ROOT, name));
        long handle = 1_000_000;
        for (int position : List.of(999, 1000, 1001, 2000, 2499, 2500, 3000, 5000)) {
            handle++;
            List<Reply.DirectoryEntry> next = kernel.page(ROOT, handle, position + 2, true, 1);
            List<String> expected =
                    position < names.size() ? List.of(names.get(position)) : List.of();
            assertEquals(
                    expected,
                    next.stream()
                            .map(entry -> new String(entry.name(), StandardCharsets.UTF_8))
                            .toList());
            assertTrue(next.stream().allMatch(entry -> entry.nextOffset() == position + 3));
            fileSystem.handle(new Request.ReleaseDirectory(TestKernel.header(ROOT), handle));
        }
    }

    @Test
    void aDirectoryThatWasJustChangedNeedsNoCall() {
        long sub = kernel.makeDirectory(ROOT, "sub");
        stage.metadata().takeCalls();
        assertEquals(3, kernel.attributes(ROOT).nlink());
        kernel.makeDirectory(sub, "below");
        assertEquals(3, kernel.attributes(sub).nlink());
        kernel.rename(sub, "below", ROOT, "above", 0);
        assertEquals(2, kernel.attributes(sub).nlink());
        assertEquals(4, kernel.attributes(ROOT).nlink());
        kernel.remove(ROOT, "sub", true);
        assertEquals(3, kernel.attributes(ROOT).nlink());
        assertEquals(0, kernel.attributes(sub).nlink());
        assertEquals(List.of("makeNode", "rename", "remove"), stage.metadata().takeCalls());
    }

    @Test
    void whatIsNotSpokenIsSaid() {
        assertEquals(
                Errno.ENOSYS,
                errno(() ->
                        fileSystem.handle(new Request.Unsupported(TestKernel.header(ROOT), 99))));
        assertEquals(Errno.ENAMETOOLONG, errno(() -> kernel.lookup(ROOT, "x".repeat(256))));
        assertEquals(Errno.EINVAL, errno(() -> kernel.rename(ROOT, "a", ROOT, "b", 8)));
        assertEquals(Errno.EINVAL, errno(() -> kernel.rename(ROOT, "a", ROOT, "b", 6)));
        assertEquals(Errno.ENOENT, errno(() -> kernel.lookup(ROOT, "none")));
    }

    @Test
    void aRegularFileMayBeMadeWithoutAnOpen() throws InterruptedException {
        Reply.Entry entry =
                (Reply.Entry)
                        fileSystem.handle(
                                new Request.MakeNode(
                                        TestKernel.header(ROOT), bytes("n"), 0100600, 0, 0));
        Stage.drain(fileSystem);
        assertEquals(0, fileSystem.openFiles());
        assertFalse(stage.metadata().isWriting(entry.nodeId()));
        fileSystem.handle(new Request.Forget(TestKernel.header(entry.nodeId()), 1));
    }
}
