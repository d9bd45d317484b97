package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.AttachRequest;
import io.forebay.proto.DetachRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.OpenReply;
import io.forebay.proto.RenewRequest;
import org.junit.jupiter.api.Test;

class MountsTest {
    private final Rig rig = new Rig();
    private final Bucket bucket = new Bucket();
    private final SimWorker worker = rig.worker(bucket);

    @Test
    void aLeaseIsKeptByRenewing() {
        long mount = rig.attach("n1");
        for (int i = 0; i < 5; i++) {
            rig.clock.advance(29_000);
            assertEquals(FailureKind.FAILURE_NONE, renew(mount));
            rig.tend();
        }
        assertEquals(1, rig.metadata.mounts().list().size());
        rig.clock.advance(30_001);
        assertTrue(rig.metadata.mounts().list().isEmpty());
        assertEquals(0, rig.metadata.mounts().expirations());
        rig.tend();
        assertEquals(1, rig.metadata.mounts().expirations());
        assertEquals(FailureKind.FAILURE_STALE, renew(mount));
        assertEquals(FailureKind.FAILURE_STALE, rig.create(mount, Rig.ROOT, "f").getFailure());
    }

    @Test
    void whatADeadMountWroteIsSettledByItsWorker() {
        long mount = rig.attach("n1");
        OpenReply reply = rig.create(mount, Rig.ROOT, "f");
        long ino = reply.getAttributes().getIno();
        worker.staged.put(ino, new SimWorker.Staged("written", 77));
        rig.clock.advance(31_000);
        rig.tend();
        assertEquals(FlushState.FLUSH_STATE_OPEN, rig.attributes(ino).getFlushState());
        worker.drain();
        assertEquals(7, rig.attributes(ino).getSize());
        assertEquals(77, rig.attributes(ino).getMtimeNanos());
        assertEquals(FlushState.FLUSH_STATE_QUEUED, rig.attributes(ino).getFlushState());
        rig.clock.advance(1_000);
        worker.drain();
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(ino).getFlushState());
        assertEquals("written", bucket.content("f"));
    }

    @Test
    void theLastWriterAnswersForADeadOne() {
        long dead = rig.attach("n1");
        long ino = rig.create(dead, Rig.ROOT, "f").getAttributes().getIno();
        long alive = rig.attach("n1");
        OpenReply reply = rig.open(alive, ino, true, false);
        worker.staged.put(ino, new SimWorker.Staged("by the dead", 5));
        detach(dead);
        rig.release(alive, ino, reply.getOpenSequence());
        worker.drain();
        assertEquals(11, rig.attributes(ino).getSize());
    }

    @Test
    void aFileThatNobodyBroughtToAWorkerSaysSo() {
        long mount = rig.attach("n1");
        long ino = rig.create(mount, Rig.ROOT, "f").getAttributes().getIno();
        detach(mount);
        worker.drain();
        assertEquals(FlushState.FLUSH_STATE_FAILED, rig.attributes(ino).getFlushState());
        long other = rig.attach("n1");
        OpenReply reply = rig.open(other, ino, true, false);
        worker.open(Rig.claims(reply));
        rig.commit(other, ino, 0, 3);
        rig.release(other, ino, reply.getOpenSequence());
        assertEquals(FlushState.FLUSH_STATE_QUEUED, rig.attributes(ino).getFlushState());
    }

    @Test
    void anUnlinkedFileGoesWithItsMount() {
        long mount = rig.attach("n1");
        OpenReply reply = rig.create(mount, Rig.ROOT, "f");
        worker.open(Rig.claims(reply));
        rig.remove(mount, Rig.ROOT, "f", false);
        detach(mount);
        worker.drain();
        assertTrue(worker.staged.isEmpty());
        assertEquals(FailureKind.FAILURE_GONE, rig.failure(reply.getAttributes().getIno()));
    }

    @Test
    void onlyAReadyWorkspaceIsAttached() {
        assertEquals(
                FailureKind.FAILURE_NOT_FOUND,
                rig.metadata
                        .mounts()
                        .attach(AttachRequest.newBuilder().setWorkspace("other").build())
                        .getFailure());
    }

    private FailureKind renew(long mount) {
        return rig.metadata
                .mounts()
                .renew(RenewRequest.newBuilder().setMountId(mount).setWorkspaceId(rig.ws).build())
                .getFailure();
    }

    private void detach(long mount) {
        rig.metadata
                .mounts()
                .detach(
                        DetachRequest.newBuilder()
                                .setMountId(mount)
                                .setWorkspaceId(rig.ws)
                                .build());
    }
}
