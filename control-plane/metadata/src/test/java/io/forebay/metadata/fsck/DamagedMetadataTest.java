package io.forebay.metadata.fsck;

import static io.forebay.metadata.Rig.ROOT;
import static io.forebay.metadata.fsck.report.FindingCode.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.SimWorker;
import io.forebay.metadata.fsck.report.Finding;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.fsck.report.FsckView;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Counter;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.FlushState;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenRecord;
import io.forebay.proto.TaskRecord;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each key of the metadata is damaged in turn: a check finds that, and a repair mends it. */
final class DamagedMetadataTest extends FsckCase {
    private static final byte[] EMPTY = {};

    private static byte[] name(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Found as it is, found again with the repair, and not any more after that. */
    private void mended(FindingCode first, FindingCode... others) {
        EnumSet<FindingCode> expected = EnumSet.of(first, others);
        FsckView found = check(false, false);
        assertEquals(expected, codes(found), found::toString);
        assertFalse(found.isClean());
        FsckView repaired = check(true, false);
        assertTrue(codes(repaired).contains(first), repaired::toString);
        assertTrue(repaired.findings().stream().allMatch(Finding::repaired), repaired::toString);
        assertTrue(repaired.isClean());
        assertClean(check(false, false));
        drain();
        assertClean(check(false, true));
    }

    private void onlyFound(FindingCode first, FindingCode... others) {
        FsckView found = check(true, false);
        assertEquals(EnumSet.of(first, others), codes(found), found::toString);
        assertFalse(found.isClean());
    }

    private TaskId upload() {
        return TaskId.of(TaskKind.UPLOAD, dirty);
    }

    @Test
    void aHealthyWorkspaceIsClean() {
        assertClean(check(false, false));
        assertClean(check(true, true));
        drain();
        assertClean(check(false, true));
    }

    @Test
    void aNameOfNothing() {
        write(tx -> {
            tx.set(
                    Keys.entry(rig.ws, directory, name("gone")),
                    EntryRecord.newBuilder()
                            .setIno(4711)
                            .setType(NodeType.NODE_TYPE_FILE)
                            .build()
                            .toByteArray());
        });
        mended(ENTRY_WITHOUT_INODE);
    }

    @Test
    void aNameInNoDirectory() {
        write(tx -> {
            tx.clear(Keys.entry(rig.ws, directory, name("deep")));
            tx.clear(Keys.backPointer(rig.ws, deep, directory, name("deep")));
            tx.set(
                    Keys.entry(rig.ws, 4711, name("deep")),
                    EntryRecord.newBuilder()
                            .setIno(deep)
                            .setType(NodeType.NODE_TYPE_FILE)
                            .build()
                            .toByteArray());
            tx.set(Keys.backPointer(rig.ws, deep, 4711, name("deep")), EMPTY);
        });
        FsckView repaired = check(true, false);
        assertTrue(codes(repaired).contains(ENTRY_WITHOUT_DIRECTORY), repaired::toString);
        drain();
        assertEquals(deep, rig.inspect("lost+found/#" + deep).attributes().getIno());
        assertClean(check(false, true));
        assertEquals("deeper", bucket.content("lost+found/#" + deep));
    }

    @Test
    void aNameOfAnotherType() {
        write(tx ->
                tx.set(
                        Keys.entry(rig.ws, ROOT, name("clean")),
                        EntryRecord.newBuilder()
                                .setIno(clean)
                                .setType(NodeType.NODE_TYPE_FIFO)
                                .build()
                                .toByteArray()));
        mended(ENTRY_TYPE);
    }

    @Test
    void aNameThatItsInodeDoesNotKnow() {
        write(tx -> tx.clear(Keys.moreNames(rig.ws, clean, directory, name("second"))));
        mended(NAME_NOT_INDEXED, NLINK);
    }

    @Test
    void anInodeThatDoesNotKnowItsOwnName() {
        write(tx -> tx.clear(Keys.backPointer(rig.ws, clean, ROOT, name("clean"))));
        // Without its own name no path leads there, and the other one is not its own.
        FsckView repaired = check(true, false);
        assertTrue(codes(repaired).contains(NAME_NOT_INDEXED), repaired::toString);
        drain();
        assertClean(check(false, true));
    }

    @Test
    void aNameOfAnInodeThatIsNotThere() {
        write(tx -> tx.set(Keys.moreNames(rig.ws, clean, directory, name("third")), EMPTY));
        mended(NAME_INDEX_DANGLING, NLINK);
    }

    @Test
    void twoOwnNames() {
        write(tx -> {
            tx.clear(Keys.moreNames(rig.ws, clean, directory, name("second")));
            tx.set(Keys.backPointer(rig.ws, clean, directory, name("second")), EMPTY);
        });
        mended(OWN_NAME);
    }

    @Test
    void linksAreCountedWrongly() {
        edit(clean, record -> record.getAttributesBuilder().setNlink(3));
        mended(NLINK);
        edit(directory, record -> record.getAttributesBuilder().setNlink(7));
        mended(NLINK);
        edit(ROOT, record -> record.getAttributesBuilder().setNlink(2));
        mended(NLINK);
    }

    @Test
    void aFileThatHasLostItsName() {
        write(tx -> {
            tx.clear(Keys.entry(rig.ws, ROOT, name("dirty")));
            tx.clear(Keys.backPointer(rig.ws, dirty, ROOT, name("dirty")));
        });
        mended(UNREACHABLE);
        assertEquals("what is not stored", bucket.content("lost+found/#" + dirty));
    }

    @Test
    void aDirectoryThatHasLostItsName() {
        write(tx -> {
            tx.clear(Keys.entry(rig.ws, ROOT, name("dir")));
            tx.clear(Keys.backPointer(rig.ws, directory, ROOT, name("dir")));
        });
        FsckView repaired = check(true, false);
        assertTrue(codes(repaired).contains(UNREACHABLE), repaired::toString);
        drain();
        assertClean(check(true, true));
        assertEquals("deeper", bucket.content("lost+found/#" + directory + "/deep"));
    }

    @Test
    void directoriesInALoop() {
        long below = rig.mkdir(mount, directory, "below").getAttributes().getIno();
        write(tx -> {
            tx.clear(Keys.entry(rig.ws, ROOT, name("dir")));
            tx.clear(Keys.backPointer(rig.ws, directory, ROOT, name("dir")));
            tx.set(
                    Keys.entry(rig.ws, below, name("dir")),
                    EntryRecord.newBuilder()
                            .setIno(directory)
                            .setType(NodeType.NODE_TYPE_DIRECTORY)
                            .build()
                            .toByteArray());
            tx.set(Keys.backPointer(rig.ws, directory, below, name("dir")), EMPTY);
        });
        onlyFound(DIRECTORY_LOOP, NLINK);
    }

    @Test
    void aLinkOfAnotherLength() {
        edit(link, record -> record.getAttributesBuilder().setSize(5));
        mended(LINK_TARGET);
    }

    @Test
    void aLinkWithoutATarget() {
        write(tx -> tx.clear(Keys.link(rig.ws, link)));
        onlyFound(LINK_TARGET);
    }

    @Test
    void keysOfNoInode() {
        write(tx -> tx.set(Keys.link(rig.ws, clean), name("target")));
        mended(LINK_DANGLING);
        write(tx -> tx.set(Keys.xattr(rig.ws, 4711, name("user.a")), name("b")));
        mended(XATTR_DANGLING);
    }

    @Test
    void attributesAreSummedWrongly() {
        edit(clean, record -> record.setXattrBytes(1));
        mended(XATTR_SIZE);
        write(tx -> tx.set(Keys.xattr(rig.ws, dirty, name("user.a")), name("b")));
        mended(XATTR_SIZE);
    }

    @Test
    void countersAreWrong() {
        for (Counter counter : Counter.values()) {
            write(tx -> tx.add(Keys.counter(rig.ws, counter), -3));
        }
        mended(COUNTER);
        write(tx -> tx.add(Keys.counter(rig.ws, Counter.BYTES), 9));
        mended(COUNTER);
    }

    @Test
    void aRemovedFileThatWasNotDropped() {
        worker.staged.put(4711L, new SimWorker.Staged("left", 1));
        long lost = file(ROOT, "lost", "x");
        rig.clock.advance(100_000);
        worker.drain();
        rig.heartbeat("w1");
        rig.remove(mount, ROOT, "lost", false);
        write(tx -> {
            for (byte[] key : keys("t")) {
                if (Tuple.unpack(key).number(3) == TaskKind.DROP_STAGED.code()) {
                    tx.clear(key);
                }
            }
            for (byte[] key : keys("q")) {
                if (Tuple.unpack(key).number(4) == TaskKind.DROP_STAGED.code()) {
                    tx.clear(key);
                }
            }
        });
        worker.staged.remove(4711L);
        mended(ORPHAN);
        assertFalse(worker.staged.containsKey(lost));
    }

    @Test
    void aFileIsOpenAtNoMount() {
        write(tx -> {
            tx.set(
                    Keys.handle(rig.ws, clean, 99),
                    OpenRecord.newBuilder().setReading(true).build().toByteArray());
            tx.set(Keys.held(rig.ws, 99, clean), EMPTY);
        });
        mended(HANDLE_OF_NOBODY);
    }

    @Test
    void aMountDoesNotKnowWhatItHasOpen() {
        write(tx -> tx.clear(Keys.held(rig.ws, mount, open)));
        mended(HANDLE_OF_NOBODY);
    }

    @Test
    void nobodyWasToldToUpload() {
        write(tx -> {
            byte[] task = Keys.task(rig.ws, "w1", upload());
            TaskRecord record =
                    Records.parse(Objects.requireNonNull(tx.get(task)), TaskRecord.parser());
            tx.clear(task);
            tx.clear(Keys.queued(rig.ws, "w1", record.getDueMillis(), upload()));
        });
        mended(NOT_QUEUED);
        assertEquals("what is not stored", bucket.content("dirty"));
    }

    @Test
    void aTaskInNoQueueAndAnEntryOfNoTask() {
        write(tx -> {
            TaskRecord record =
                    Records.parse(
                            Objects.requireNonNull(tx.get(Keys.task(rig.ws, "w1", upload()))),
                            TaskRecord.parser());
            tx.clear(Keys.queued(rig.ws, "w1", record.getDueMillis(), upload()));
        });
        mended(TASK_NOT_QUEUED);
        write(tx -> tx.set(Keys.queued(rig.ws, "w1", 5, upload()), EMPTY));
        mended(QUEUE_ENTRY_DANGLING);
    }

    @Test
    void aTaskOfNoFile() {
        TaskId task = TaskId.of(TaskKind.UPLOAD, 4711);
        long due = rig.clock.millis() + 1_000_000;
        write(tx -> {
            tx.set(
                    Keys.task(rig.ws, "w1", task),
                    TaskRecord.newBuilder().setDueMillis(due).build().toByteArray());
            tx.set(Keys.queued(rig.ws, "w1", due, task), EMPTY);
        });
        mended(TASK_WITHOUT_FILE);
    }

    @Test
    void aFileThatWaitsForNobodysClose() {
        write(tx -> {
            tx.clear(Keys.held(rig.ws, mount, open));
            tx.clear(Keys.handle(rig.ws, open, mount));
        });
        mended(OPEN_FOR_NOBODY);
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(open).getFlushState());
    }

    @Test
    void theIndexOfDirtyFilesIsWrong() {
        keys("a").forEach(key -> write(tx -> tx.clear(key)));
        mended(DIRTY_INDEX);
        write(tx -> tx.set(Keys.dirty(rig.ws, 7, clean), EMPTY));
        mended(DIRTY_INDEX);
        write(tx -> tx.set(Keys.dirty(rig.ws, 7, 4711), EMPTY));
        mended(DIRTY_INDEX);
    }

    @Test
    void theIndexOfCopiesIsWrong() {
        write(tx -> tx.set(Keys.copied(rig.ws, "w1", dirty), EMPTY));
        mended(COPIES_INDEX);
    }

    @Test
    void aCloseWaitsForCopiesThatNobodyMakes() {
        edit(dirty, record -> record.getCopiesBuilder().setAsked(2).setThere(1));
        FsckView repaired = check(true, false);
        assertEquals(Set.of(COPY_NOT_PLANNED), codes(repaired), repaired::toString);
        assertTrue(repaired.isClean());
        assertClean(check(false, false));
    }

    @Test
    void aCleanFileOfWhichNoObjectIsKnown() {
        write(tx -> tx.clear(Keys.object(rig.ws, "clean")));
        FsckView found = check(false, false);
        assertEquals(Set.of(CLEAN_WITHOUT_OBJECT, OBJECT_ORPHANED), codes(found), found::toString);
        FsckView repaired = check(true, false);
        assertTrue(codes(repaired).contains(CLEAN_WITHOUT_OBJECT), repaired::toString);
        drain();
        // The upload finds that the object is its own.
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(clean).getFlushState());
        assertClean(check(false, true));
    }

    @Test
    void anObjectUnderAnOldName() {
        rig.rename(mount, ROOT, "dir", ROOT, "moved");
        keys("w").forEach(key -> write(tx -> tx.clear(key)));
        mended(KEY_BEHIND);
        assertEquals("deeper", bucket.content("moved/deep"));
    }

    @Test
    void contentThatNobodyHas() {
        edit(dirty, record -> record.setStaged(false));
        FsckView found = check(true, false);
        assertTrue(codes(found).contains(CONTENT_LOST), found::toString);
        assertFalse(found.isClean());
    }

    @Test
    void aFileOfAWorkerThatNeverWas() {
        edit(dirty, record -> record.setOwner("w9"));
        FsckView found = check(true, false);
        assertTrue(codes(found).contains(OWNER_UNKNOWN), found::toString);
        assertFalse(found.isClean());
    }

    @Test
    void aKeyOfNobody() {
        KeyRecord record =
                KeyRecord.newBuilder().setEtag("e").setIno(4711).setGeneration(1).build();
        write(tx -> tx.set(Keys.object(rig.ws, "old"), record.toByteArray()));
        mended(KEY_OF_NOBODY);
        assertTrue(keys("p").stream().noneMatch(key -> Tuple.unpack(key).text(2).equals("old")));
    }

    @Test
    void aMarkOfNobody() {
        KeyRecord record =
                KeyRecord.newBuilder()
                        .setIntent(KeyRecord.Intent.INTENT_PUT)
                        .setMarkWorker("w1")
                        .setMarkIno(4711)
                        .setMarkGeneration(1)
                        .build();
        write(tx -> tx.set(Keys.object(rig.ws, "old"), record.toByteArray()));
        mended(MARK_OF_NOBODY);
    }
}
