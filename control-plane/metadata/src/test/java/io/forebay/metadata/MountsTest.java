package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Keys;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.Caller;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.DetachRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.MakeNodeRequest;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.proto.RemoveRequest;
import io.forebay.proto.RenewRequest;
import io.forebay.proto.RequestId;
import java.util.List;
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
        rig.clock.advance(2_000);
        worker.drain();
        assertTrue(worker.staged.isEmpty());
        assertEquals(FailureKind.FAILURE_GONE, rig.failure(reply.getAttributes().getIno()));
    }

    @Test
    void whatAMountHadAskedBeforeItsLeaseWasLostIsAnsweredAsTheFirstTime() {
        long mount = rig.attach("n1");
        CreateRequest create = create(mount, "f");
        MakeNodeRequest make = makeDirectory(mount, "d");
        RemoveRequest remove = remove(mount, "g");
        rig.create(rig.attach("n1"), Rig.ROOT, "g");
        OpenReply created = rig.metadata.openFiles().create(create);
        NodeReply made = rig.metadata.namespace().makeNode(make);
        NodeReply removed = rig.metadata.namespace().remove(remove);
        assertEquals(FailureKind.FAILURE_NONE, created.getFailure());
        assertEquals(FailureKind.FAILURE_NONE, removed.getFailure());
        rig.clock.advance(31_000);
        rig.tend();
        assertEquals(FailureKind.FAILURE_STALE, renew(mount));
        assertEquals(created, rig.metadata.openFiles().create(create));
        assertEquals(made, rig.metadata.namespace().makeNode(make));
        assertEquals(removed, rig.metadata.namespace().remove(remove));
    }

    @Test
    void whatDeadMountsHadAskedIsForgottenInTheEnd() {
        long mount = rig.attach("n1");
        MakeNodeRequest make = makeDirectory(mount, "d");
        rig.metadata.namespace().makeNode(make);
        rig.clock.advance(31_000);
        rig.tend();
        rig.clock.advance(301_000);
        rig.tend();
        assertEquals(
                FailureKind.FAILURE_EXISTS, rig.metadata.namespace().makeNode(make).getFailure());
        assertTrue(rig.store.read(tx -> range(tx, Keys.formerMounts())).isEmpty());
        assertTrue(rig.store.read(tx -> range(tx, Keys.repeats(rig.ws, mount))).isEmpty());
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

    private static List<KeyValue> range(ReadTransaction tx, Tuple.Range range) {
        return tx.getRange(range.begin(), range.end(), 10);
    }

    private CreateRequest create(long mount, String name) {
        return CreateRequest.newBuilder()
                .setCaller(numbered(mount, 1))
                .setWorkspaceId(rig.ws)
                .setParent(Rig.ROOT)
                .setName(Rig.bytes(name))
                .setExclusive(true)
                .setWrite(true)
                .build();
    }

    private MakeNodeRequest makeDirectory(long mount, String name) {
        return MakeNodeRequest.newBuilder()
                .setCaller(numbered(mount, 2))
                .setWorkspaceId(rig.ws)
                .setParent(Rig.ROOT)
                .setName(Rig.bytes(name))
                .setType(NodeType.NODE_TYPE_DIRECTORY)
                .build();
    }

    private RemoveRequest remove(long mount, String name) {
        return RemoveRequest.newBuilder()
                .setCaller(numbered(mount, 3))
                .setWorkspaceId(rig.ws)
                .setParent(Rig.ROOT)
                .setName(Rig.bytes(name))
                .build();
    }

    private Caller numbered(long mount, int slot) {
        RequestId request = RequestId.newBuilder().setSlot(slot).setSequence(1).build();
        return rig.caller(mount).toBuilder().setRequest(request).build();
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
