package io.forebay.metadata.fsck;

import static io.forebay.metadata.Rig.ROOT;
import static io.forebay.metadata.fsck.report.FindingCode.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Bucket;
import io.forebay.metadata.SimWorker;
import io.forebay.metadata.SimWorker.Staged;
import io.forebay.metadata.fsck.outside.Asking;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.fsck.report.FsckView;
import io.forebay.metadata.fsck.report.FsckView.Unchecked;
import io.forebay.metadata.fsck.report.Report;
import io.forebay.metadata.state.Keys;
import io.forebay.proto.CopyRecord;
import io.forebay.proto.FlushState;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What workers and the bucket hold is damaged: a check finds that, and mends what is safe (I5). */
final class DamagedOutsideTest extends FsckCase {
    private FsckView found(boolean repair, FindingCode... codes) {
        FsckView found = check(repair, true);
        assertEquals(Set.of(codes), codes(found), found::toString);
        return found;
    }

    private SimWorker second() {
        SimWorker second = new SimWorker(rig, bucket, new Random(2), "w2", "n2");
        second.faulty = false;
        others.add(second);
        return second;
    }

    private static List<String> parts(FsckView view) {
        return view.unchecked().stream().map(Unchecked::part).toList();
    }

    @Test
    void theOnlyCopyIsGone() {
        worker.staged.remove(dirty);
        assertFalse(found(true, STAGED_MISSING).isClean());
        assertEquals("/dirty", check(false, false).findings().getFirst().path());
    }

    @Test
    void theOnlyCopyIsShorter() {
        worker.staged.put(dirty, new Staged("what", 1));
        assertFalse(found(true, STAGED_SIZE).isClean());
    }

    @Test
    void aCopyOfWhatTheBucketHasIsGone() {
        worker.staged.remove(clean);
        found(false, STAGED_CLEAN_MISSING);
        assertTrue(found(true, STAGED_CLEAN_MISSING).isClean());
        assertClean(check(false, true));
        assertFalse(rig.inspect("clean").staged());
    }

    /** Nobody notes that a copy is gone while the bucket does not have the object either. */
    @Test
    void aCopyAndItsObjectAreGone() {
        worker.staged.remove(clean);
        bucket.objects.remove("clean");
        FsckView found = found(true, STAGED_CLEAN_MISSING, OBJECT_MISSING);
        assertFalse(found.isClean());
    }

    @Test
    void anotherWorkersCopyIsGone() {
        rig.register("w2", "n2");
        edit(
                dirty,
                record ->
                        record.getCopiesBuilder()
                                .setAsked(1)
                                .setThere(1)
                                .addCopies(
                                        CopyRecord.newBuilder()
                                                .setWorker("w2")
                                                .setThere(1)
                                                .setFrom(1)));
        for (String each : List.of("w1", "w2")) {
            write(tx -> tx.set(Keys.copied(rig.ws, each, dirty), new byte[0]));
        }
        SimWorker second = second();
        found(false, COPY_MISSING);
        second.staged.put(dirty, new Staged("what is not stored", 1));
        assertClean(check(false, true));
        second.staged.remove(dirty);
        assertTrue(found(true, COPY_MISSING).isClean());
        assertTrue(rig.inspect("dirty").replicas().isEmpty());
    }

    @Test
    void aStagedFileOfNoInodeIsDropped() {
        worker.staged.put(5L, new Staged("left behind", 1));
        found(false, STAGED_UNKNOWN);
        assertTrue(worker.staged.containsKey(5L));
        assertTrue(found(true, STAGED_UNKNOWN).isClean());
        drain();
        assertFalse(worker.staged.containsKey(5L));
        assertClean(check(false, true));
    }

    @Test
    void aStagedFileThatTheBucketHasIsDropped() {
        rig.metadata.inspection().evict(rig.ws, new byte[0]);
        worker.drain();
        assertFalse(worker.staged.containsKey(clean));
        worker.staged.put(clean, new Staged("what is stored", 1));
        assertTrue(found(true, STAGED_UNKNOWN).isClean());
        drain();
        assertFalse(worker.staged.containsKey(clean));
        assertClean(check(false, true));
    }

    /** I5: what is known to be in the bucket may not be there. */
    @Test
    void aStagedFileThatTheBucketHasLostStays() {
        rig.metadata.inspection().evict(rig.ws, new byte[0]);
        worker.drain();
        worker.staged.put(clean, new Staged("what is stored", 1));
        bucket.objects.remove("clean");
        assertFalse(found(true, STAGED_UNKNOWN, OBJECT_MISSING).isClean());
        drain();
        assertTrue(worker.staged.containsKey(clean));
    }

    /** I5: its owner may lack what this one has. */
    @Test
    void aStagedFileOfWhatIsNotStoredStaysWhoeverOwnsIt() {
        rig.register("w2", "n2");
        SimWorker second = second();
        second.staged.put(dirty, new Staged("what is not stored", 1));
        assertFalse(found(true, STAGED_UNKNOWN).isClean());
        assertTrue(second.staged.containsKey(dirty));
    }

    /** I5: the metadata may be an older copy than the staging directory. */
    @Test
    void aStagedFileOfAnInodeThatWasNeverMadeStays() {
        long future = 1L << 60;
        worker.staged.put(future, new Staged("newer", 1));
        assertFalse(found(true, STAGED_NEWER).isClean());
        drain();
        assertTrue(worker.staged.containsKey(future));
    }

    @Test
    void anObjectIsGone() {
        bucket.objects.remove("dir/deep");
        FsckView found = found(true, OBJECT_MISSING);
        assertEquals("/dir/deep", found.findings().getFirst().path());
        assertFalse(found.isClean());
    }

    @Test
    void anObjectIsAnother() {
        bucket.putForeign("clean", "others wrote it");
        assertFalse(found(true, OBJECT_CHANGED).isClean());
        assertEquals("others wrote it", bucket.content("clean"));
    }

    @Test
    void anObjectOfNoFile() {
        bucket.objects.put("left", new Bucket.Stored("e", 4711, 1, "ours"));
        assertFalse(found(true, OBJECT_ORPHANED).isClean());
        bucket.objects.remove("left");
        bucket.putForeign("theirs", "of another tool");
        assertTrue(found(true, OBJECT_FOREIGN).isClean(), "a note is no fault");
        assertEquals("of another tool", bucket.content("theirs"));
    }

    @Test
    void anotherChecksumIsFoundByADeepCheck() {
        edit(clean, record -> record.getObjectBuilder().setChecksum("CRC32C:other"));
        checksums.put("clean", "CRC32C:AAAAAA==");
        assertClean(check(true, false));
        assertFalse(found(true, OBJECT_CHECKSUM).isClean());
    }

    @Test
    void aWorkerThatIsAwayLeavesPartsUnchecked() {
        rig.clock.advance(11_000);
        FsckView found =
                rig.metadata
                        .fsck()
                        .run(
                                rig.ws,
                                new Report.Options(true, false),
                                new Asking.Pace(Duration.ofMillis(50), Duration.ofMillis(1)));
        assertEquals(List.of(), found.findings());
        assertEquals(
                List.of(
                        "staged files of the worker w1",
                        "what the worker w1 has staged",
                        "the bucket"),
                parts(found));
        assertFalse(found.isClean());
    }

    @Test
    void aWorkerThatDoesNotAnswerLeavesPartsUnchecked() {
        rig.heartbeat("w1");
        FsckView found =
                rig.metadata
                        .fsck()
                        .run(
                                rig.ws,
                                new Report.Options(true, false),
                                new Asking.Pace(Duration.ofMillis(50), Duration.ofMillis(1)));
        assertEquals(3, found.unchecked().size(), found::toString);
        assertFalse(found.isClean());
        assertClean(check(false, false)); // nothing is left in the queue
    }

    @Test
    void aConflictIsToldUntilItIsDecided() {
        rig.clock.advance(5_000);
        bucket.putForeign("dirty", "theirs");
        drain();
        assertEquals(FlushState.FLUSH_STATE_CONFLICT, rig.attributes(dirty).getFlushState());
        assertFalse(found(true, CONFLICT).isClean());
        rig.remove(mount, ROOT, "dirty", false);
        drain();
        assertTrue(check(false, true).isClean());
    }
}
