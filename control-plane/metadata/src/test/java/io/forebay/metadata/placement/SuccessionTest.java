package io.forebay.metadata.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Rig;
import io.forebay.proto.CopyTask;
import io.forebay.proto.EndedTask;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.OpenReply;
import io.forebay.proto.PublishVerdict.Decision;
import io.forebay.proto.ReleaseRequest;
import io.forebay.proto.ReleasedFile;
import io.forebay.proto.SettledFile;
import io.forebay.proto.StagedVerdict.Need;
import io.forebay.proto.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of the files and copies of workers that are lost, or have lost their disks. */
class SuccessionTest extends CopiesCase {
    @Test
    void aLostOwnersFileIsItsCopys() {
        long ino = closedWithCopy("f");
        String heir = rig.inspect("f").replicas().getFirst();
        lose("w1");
        assertEquals(heir, rig.inspect("f").worker());
        Task upload = rig.take(heir).getFirst();
        assertEquals(ino, upload.getUpload().getIno());
        assertEquals(heir.equals("w2") ? "w3" : "w2", target(copyTask(heir)));

        rig.register("w1", "n1"); // it was only cut off
        assertEquals(Need.NEED_NONE, staged("w1", ino).getNeed());
        assertTrue(rig.take("w1").isEmpty());
        assertEquals(Decision.DECISION_STALE, publish("w1", upload));
        assertEquals(Decision.DECISION_GO, publish(heir, upload));
    }

    @Test
    void anOwnerThatIsOnlySlowKeepsItsFiles() {
        closedWithCopy("f");
        rig.clock.advance(LOST_MILLIS - 2_000);
        rig.heartbeat("w2");
        rig.heartbeat("w3");
        rig.tend();
        assertEquals("w1", rig.inspect("f").worker());
        rig.heartbeat("w1");
        rig.clock.advance(9_000);
        rig.tend();
        assertEquals("w1", rig.inspect("f").worker());
    }

    @Test
    void aCopyThatNeverCaughtUpIsNotTakenForTheFile() {
        long ino = rig.create(mount, Rig.ROOT, "f").getAttributes().getIno();
        close(ino, 5);
        copyTask("w1"); // it is placed, and nobody says that it has arrived
        lose("w1");
        assertEquals("w1", rig.inspect("f").worker());
        assertTrue(rig.inspect("f").unavailable());
        rig.heartbeat("w1");
        assertFalse(rig.inspect("f").unavailable());
    }

    @Test
    void oneOfTwoCopiesIsBehindAndTheOtherOneInherits() {
        replicas(3);
        long ino = rig.create(mount, Rig.ROOT, "f").getAttributes().getIno();
        close(ino, 5);
        CopyTask task = copyTask("w1");
        assertEquals(2, task.getTargetsCount());
        copied("w1", task, "w2", "w3");
        close(ino, 9);
        copied("w1", copyTask("w1"), "w3");
        lose("w1", "w2");
        assertEquals("w3", rig.inspect("f").worker());
    }

    @Test
    void whatIsSeenOfALostOwnersFileIsNotCommitted() {
        OpenReply open = rig.create(mount, Rig.ROOT, "f");
        long ino = open.getAttributes().getIno();
        close(ino, 5);
        CopyTask task = copyTask("w1");
        copied("w1", task, target(task));
        lose("w1");
        assertEquals(FailureKind.FAILURE_CORRUPT, close(ino, 50).getFailure());
        rig.metadata
                .openFiles()
                .release(
                        ReleaseRequest.newBuilder()
                                .setMountId(mount)
                                .setWorkspaceId(rig.ws)
                                .addFiles(
                                        ReleasedFile.newBuilder()
                                                .setIno(ino)
                                                .setOwner("w1")
                                                .setOpenSequence(open.getOpenSequence())
                                                .setCommit(size(50)))
                                .build());
        assertEquals(5, rig.attributes(ino).getSize());
        Task settle = rig.take(target(task)).getFirst();
        assertTrue(settle.hasSettle(), settle::toString);
        SettledFile.Builder settled =
                SettledFile.newBuilder()
                        .setIno(ino)
                        .setGeneration(settle.getSettle().getGeneration())
                        .setPresent(true)
                        .setSize(7); // the copy had got some of what came after the close
        rig.end(
                target(task),
                EndedTask.newBuilder().setWorkspaceId(rig.ws).setSettled(settled).build());
        assertEquals(7, rig.attributes(ino).getSize());
        assertEquals(FlushState.FLUSH_STATE_QUEUED, rig.attributes(ino).getFlushState());
    }

    @Test
    void aLostCopyIsMadeAnew() {
        closedWithCopy("f");
        String lost = rig.inspect("f").replicas().getFirst();
        String other = lost.equals("w2") ? "w3" : "w2";
        lose(lost);
        CopyTask task = copyTask("w1");
        assertEquals(other, target(task));
        copied("w1", task, other);
        assertEquals(List.of(other), rig.inspect("f").replicas());
        rig.register(lost, "nx");
        assertTrue(rig.take(lost).getFirst().hasDropCopy());
    }

    @Test
    void aCleanFileOfALostWorkerIsOpenedAtAnotherOne() {
        replicas(1);
        OpenReply open = rig.create(mount, Rig.ROOT, "f");
        long ino = open.getAttributes().getIno();
        rig.commit(mount, ino, 5, rig.clock.nanos());
        rig.release(mount, ino, open.getOpenSequence());
        rig.clock.advance(1_000);
        upload("w1");
        rig.clock.advance(11_000);
        rig.heartbeat("w2");
        OpenReply reply = rig.open(mount, ino, false, false);
        assertEquals("w2", reply.getGrant().getWorkerId());
        assertTrue(Rig.claims(reply).hasSource());
        rig.heartbeat("w1"); // it was cut off, and has its copy still
        List<Task> tasks = rig.take("w1");
        assertEquals(ino, tasks.getFirst().getDropCopy().getIno(), tasks::toString);
        rig.register("w1", "n1");
        assertEquals(Need.NEED_NONE, staged("w1", ino).getNeed());
    }

    @Test
    void aRemovalThatALostWorkerHadIsAnothersWork() {
        closedWithCopy("f");
        upload("w1");
        rig.remove(mount, Rig.ROOT, "f", false);
        lose("w1");
        List<Task> tasks = rig.take("w2");
        assertTrue(tasks.stream().anyMatch(Task::hasRemoveObject), tasks::toString);
    }

    @Test
    void aWorkerThatComesBackWithAnotherDiskIsNotTheOwnerAnyMore() {
        register("w1", "disk-1");
        closedWithCopy("f");
        String heir = rig.inspect("f").replicas().getFirst();
        register("w1", "disk-1");
        assertEquals("w1", rig.inspect("f").worker(), "a restart");
        register("w1", "disk-2");
        assertEquals(heir, rig.inspect("f").worker());
        rig.create(mount, Rig.ROOT, "g");
        rig.tend();
        assertEquals("w1", rig.inspect("g").worker(), "what it gets from now on is its own");
    }

    @Test
    void anEmptiedOwnersFileWaitsForItsCopysWorker() {
        register("w1", "disk-1");
        closedWithCopy("f");
        String heir = rig.inspect("f").replicas().getFirst();
        rig.clock.advance(LOST_MILLIS);
        register("w1", "disk-2");
        rig.tend();
        assertEquals("w1", rig.inspect("f").worker(), "nobody who has it is there");
        rig.heartbeat(heir);
        rig.tend();
        assertEquals(heir, rig.inspect("f").worker());
    }

    @Test
    void aCopysWorkerThatComesBackWithAnotherDiskGetsANewOne() {
        register("w2", "disk-2");
        register("w3", "disk-3");
        closedWithCopy("f");
        String copy = rig.inspect("f").replicas().getFirst();
        register(copy, "disk-4");
        assertEquals(List.of(), rig.inspect("f").replicas());
        CopyTask task = copyTask("w1");
        copied("w1", task, target(task));
        rig.tend();
        assertEquals(List.of(target(task)), rig.inspect("f").replicas());
    }

    @Test
    void whatWasCopiedToADiskThatIsGoneIsNotTakenForTheNewCopy() {
        register("w2", "disk-2");
        register("w3", "disk-3");
        long ino = rig.create(mount, Rig.ROOT, "f").getAttributes().getIno();
        long asked = close(ino, 5).getAskedCopies();
        CopyTask old = copyTask("w1");
        register(target(old), "disk-4");
        CopyTask next = copyTask("w1");
        assertEquals(target(old), target(next), "it is chosen again");
        copied("w1", old, target(old)); // the report of what went to the other disk
        assertEquals(FailureKind.FAILURE_BUSY, await(ino, asked).getFailure());
        CopyTask last = copyTask("w1");
        copied("w1", last, target(last));
        assertEquals(FailureKind.FAILURE_NONE, await(ino, asked).getFailure());
    }
}
