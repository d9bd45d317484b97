package io.forebay.metadata.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Rig;
import io.forebay.proto.CopyTask;
import io.forebay.proto.DurabilityMode;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FinalSize;
import io.forebay.proto.FlushState;
import io.forebay.proto.OpenReply;
import io.forebay.proto.StagedVerdict.Need;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who gets copies, when they are there, and what waits for them. */
class CopiesTest extends CopiesCase {
    @Test
    void aCloseWaitsUntilAnotherWorkerHasTheFile() {
        OpenReply open = rig.create(mount, Rig.ROOT, "f");
        assertTrue(open.getStore());
        long ino = open.getAttributes().getIno();
        long asked = close(ino, 5).getAskedCopies();
        assertNotEquals(0, asked);
        assertEquals(FailureKind.FAILURE_BUSY, await(ino, asked).getFailure());
        CopyTask task = copyTask("w1");
        assertEquals(1, task.getTargetsCount());
        copied("w1", task, target(task));
        assertEquals(FailureKind.FAILURE_NONE, await(ino, asked).getFailure());
        assertEquals(List.of(target(task)), rig.inspect("f").replicas());
    }

    @Test
    void whatWasClosedWhileTheOwnerCopiedIsCopiedOnceMore() {
        long ino = rig.create(mount, Rig.ROOT, "f").getAttributes().getIno();
        close(ino, 5);
        CopyTask first = copyTask("w1");
        long second = close(ino, 6).getAskedCopies();
        copied("w1", first, target(first));
        assertEquals(FailureKind.FAILURE_BUSY, await(ino, second).getFailure());
        CopyTask again = copyTask("w1");
        assertEquals(target(first), target(again));
        copied("w1", again, target(again));
        assertEquals(FailureKind.FAILURE_NONE, await(ino, second).getFailure());
    }

    @Test
    void aWorkerThatTakesNoCopyIsPassedOver() {
        long ino = rig.create(mount, Rig.ROOT, "f").getAttributes().getIno();
        long asked = close(ino, 5).getAskedCopies();
        CopyTask first = copyTask("w1");
        failed("w1", first, "its disk is full");
        assertEquals("its disk is full", await(ino, asked).getMessage());
        assertEquals("its disk is full", rig.inspect("f").error());
        rig.clock.advance(1_000);
        CopyTask second = copyTask("w1");
        assertNotEquals(target(first), target(second));
        failed("w1", second, "its disk is full as well");
        rig.clock.advance(1_000);
        CopyTask third = copyTask("w1"); // there is no other one: they are asked again
        copied("w1", third, target(third));
        assertEquals(FailureKind.FAILURE_NONE, await(ino, asked).getFailure());
        assertNull(rig.inspect("f").error());
    }

    @Test
    void tooFewWorkersAreSaidAndWaitedFor() {
        rig.clock.advance(20_000);
        rig.heartbeat("w1");
        long ino = rig.create(mount, Rig.ROOT, "f").getAttributes().getIno();
        long asked = close(ino, 5).getAskedCopies();
        assertTrue(takeCopies("w1").isEmpty());
        String message = await(ino, asked).getMessage();
        assertTrue(message.contains("start another one"), message);
        assertEquals(message, rig.inspect("f").error());
        rig.register("w4", "n4");
        rig.clock.advance(1_000);
        CopyTask task = copyTask("w1");
        copied("w1", task, "w4");
        assertEquals(FailureKind.FAILURE_NONE, await(ino, asked).getFailure());
    }

    @Test
    void theBucketTakesTheCopysPlaceAndAnOldRemovalTouchesNoNewCopy() {
        long ino = closedWithCopy("f");
        String worker = rig.inspect("f").replicas().getFirst();
        assertEquals("w1", staged(worker, ino).getOwner());
        upload("w1");
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(ino).getFlushState());
        assertEquals(List.of(), rig.inspect("f").replicas());
        assertEquals(Need.NEED_NONE, staged(worker, ino).getNeed());

        rig.open(mount, ino, true, true);
        close(ino, 3);
        CopyTask task = copyTask("w1");
        assertEquals(worker, target(task), "the same file has the same place");
        assertTrue(rig.take(worker).isEmpty(), "the removal of the earlier copy is not asked for");
        assertEquals("w1", staged(worker, ino).getOwner());
    }

    @Test
    void aRemovedFilesCopiesGo() {
        long ino = closedWithCopy("f");
        String worker = rig.inspect("f").replicas().getFirst();
        rig.remove(mount, Rig.ROOT, "f", false);
        assertEquals(ino, rig.take(worker).getFirst().getDropCopy().getIno());
        assertEquals(Need.NEED_NONE, staged(worker, ino).getNeed());
    }

    @Test
    void fewerReplicasEndTheWait() {
        long ino = rig.create(mount, Rig.ROOT, "f").getAttributes().getIno();
        long asked = close(ino, 5).getAskedCopies();
        replicas(1);
        assertTrue(takeCopies("w1").isEmpty());
        assertEquals(FailureKind.FAILURE_NONE, await(ino, asked).getFailure());
    }

    @Test
    void moreReplicasAreMadeOfWhatIsClosedAlready() {
        replicas(1);
        rig.durability("", DurabilityMode.DURABILITY_MODE_TRANSIENT);
        rig.file(mount, Rig.ROOT, "f", 5);
        assertTrue(takeCopies("w1").isEmpty());
        rig.metadata
                .pathRules()
                .set(rig.ws, new byte[0], wish(DurabilityMode.DURABILITY_MODE_TRANSIENT, 2));
        rig.tend();
        assertEquals(1, copyTask("w1").getTargetsCount());
    }

    @Test
    void whatNobodyHasChangedSinceItWasStoredNeedsNoCopy() {
        long ino = closedWithCopy("f");
        upload("w1");
        rig.open(mount, ino, true, false);
        FinalSize same =
                size(5).toBuilder().setMtimeNanos(rig.attributes(ino).getMtimeNanos()).build();
        assertEquals(0, commit(ino, same).getAskedCopies());
        assertNotEquals(0, commit(ino, size(6)).getAskedCopies());
    }
}
