package io.forebay.metadata.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.metadata.Rig;
import io.forebay.proto.FailureKind;
import io.forebay.proto.HeartbeatRequest;
import io.forebay.proto.OpenReply;
import io.forebay.proto.RegisterWorkerRequest;
import org.junit.jupiter.api.Test;

/** Each new file is placed by what the workers said last. */
final class PlacementTest {
    private static final long ROOMY = 1L << 40;

    private final Rig rig = new Rig();
    private final long mount = rig.attach("n1");
    private final long other = rig.attach("n2");
    private int files;

    @Test
    void aWorkerCountsFromItsRegistrationOn() {
        assertEquals("w1", owner(other));
        rig.register("w2", "n2");
        assertEquals("w2", owner(other));
        assertEquals("w1", owner(mount));
    }

    @Test
    void aFullWorkerGetsNoFileUntilItHasRoom() {
        rig.register("w2", "n2");
        says("w2", 0);
        assertEquals("w1", owner(other));
        says("w1", 0);
        assertEquals(FailureKind.FAILURE_NO_SPACE, create(other).getFailure());
        says("w2", ROOMY);
        assertEquals("w2", owner(mount));
    }

    @Test
    void aSilentWorkerGetsNoFileUntilItIsHeardOf() {
        rig.register("w2", "n2");
        assertEquals("w2", owner(other));
        rig.clock.advance(9_000);
        says("w1", ROOMY);
        rig.clock.advance(9_000);
        assertEquals("w1", owner(other));
        rig.clock.advance(9_000);
        assertEquals(FailureKind.FAILURE_UNAVAILABLE, create(other).getFailure());
        says("w2", ROOMY);
        assertEquals("w2", owner(other));
    }

    @Test
    void aGrantNamesTheSocketThatItsWorkerHasNow() {
        OpenReply made = create(mount);
        rig.metadata
                .workers()
                .register(
                        RegisterWorkerRequest.newBuilder()
                                .setWorkerId("w1")
                                .setNode("n1")
                                .setSocketPath("/run/elsewhere")
                                .setCapacityBytes(ROOMY)
                                .build());
        OpenReply opened = rig.open(mount, made.getAttributes().getIno(), false, false);
        assertEquals("/run/elsewhere", opened.getGrant().getSocketPath());
    }

    private void says(String worker, long freeBytes) {
        rig.metadata
                .workers()
                .heartbeat(
                        HeartbeatRequest.newBuilder()
                                .setWorker(rig.identity(worker))
                                .setFreeBytes(freeBytes)
                                .build());
    }

    private String owner(long mountId) {
        OpenReply reply = create(mountId);
        assertEquals(FailureKind.FAILURE_NONE, reply.getFailure());
        return reply.getGrant().getWorkerId();
    }

    private OpenReply create(long mountId) {
        return rig.create(mountId, Rig.ROOT, "f" + files++);
    }
}
