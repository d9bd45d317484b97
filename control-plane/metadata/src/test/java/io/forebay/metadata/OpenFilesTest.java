package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.state.GrantKeys;
import io.forebay.proto.Claims;
import io.forebay.proto.DescribeStagedRequest;
import io.forebay.proto.DetachRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FinalSize;
import io.forebay.proto.FlushState;
import io.forebay.proto.NodeReply;
import io.forebay.proto.OpenReply;
import io.forebay.proto.ReleaseRequest;
import io.forebay.proto.ReleasedFile;
import io.forebay.proto.SetAttributesRequest;
import io.forebay.proto.StagedRef;
import io.forebay.proto.StagedVerdict;
import io.forebay.schema.HmacKey;
import org.junit.jupiter.api.Test;

class OpenFilesTest {
    private final Rig rig = new Rig();
    private final Bucket bucket = new Bucket();
    private final SimWorker worker = rig.worker(bucket);
    private final long mount = rig.attach("n1");
    private final long other = rig.attach("n2");

    @Test
    void aGrantIsSignedForItsWorker() {
        OpenReply reply = rig.create(mount, Rig.ROOT, "f");
        ByteString token = reply.getGrant().getToken();
        int length = token.size() - 32;
        byte[] key = new GrantKeys(new byte[32]).of("w1");
        assertArrayEquals(
                new HmacKey(key).sign(token.substring(0, length).toByteArray()),
                token.substring(length).toByteArray());
        Claims claims = Rig.claims(reply);
        assertEquals(reply.getAttributes().getIno(), claims.getIno());
        assertEquals(1, claims.getGeneration());
        assertTrue(claims.getWrite() && claims.getCreate());
        assertTrue(claims.getExpiresAtMillis() > rig.clock.millis());
        assertEquals("/run/w1", reply.getGrant().getSocketPath());
    }

    @Test
    void aGenerationStartsWithTheFirstWriter() {
        long ino = rig.file(mount, Rig.ROOT, "f", 3);
        OpenReply first = rig.open(mount, ino, true, false);
        assertEquals(2, first.getAttributes().getGeneration());
        assertEquals(FlushState.FLUSH_STATE_OPEN, first.getAttributes().getFlushState());
        assertEquals(2, rig.open(mount, ino, true, false).getAttributes().getGeneration());
        OpenReply reader = rig.open(mount, ino, false, false);
        assertEquals(2, reader.getAttributes().getGeneration());
        rig.release(mount, ino, reader.getOpenSequence());
        assertEquals(FlushState.FLUSH_STATE_QUEUED, rig.attributes(ino).getFlushState());
    }

    @Test
    void anOpenThatChangesNothingLeavesAFileClean() {
        long ino = clean("f", "text");
        OpenReply reply = open(ino, true, false);
        assertEquals(2, reply.getAttributes().getGeneration());
        rig.commit(mount, ino, 4, rig.attributes(ino).getMtimeNanos());
        rig.release(mount, ino, reply.getOpenSequence());
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(ino).getFlushState());
        assertEquals(1, rig.attributes(ino).getGeneration());
        OpenReply again = open(ino, true, true);
        assertEquals(0, again.getAttributes().getSize());
        assertTrue(Rig.claims(again).getTruncate());
        rig.release(mount, ino, again.getOpenSequence());
        assertEquals(FlushState.FLUSH_STATE_QUEUED, rig.attributes(ino).getFlushState());
    }

    @Test
    void anOldReleaseDoesNotEndANewerOpen() {
        OpenReply first = rig.create(mount, Rig.ROOT, "f");
        long ino = first.getAttributes().getIno();
        OpenReply second = rig.open(mount, ino, true, false);
        ReleasedFile old =
                ReleasedFile.newBuilder()
                        .setIno(ino)
                        .setOpenSequence(first.getOpenSequence())
                        .setCommit(FinalSize.newBuilder().setSize(9).setMtimeNanos(9))
                        .build();
        rig.metadata
                .openFiles()
                .release(
                        ReleaseRequest.newBuilder()
                                .setMountId(mount)
                                .setWorkspaceId(rig.ws)
                                .addFiles(old)
                                .build());
        assertEquals(9, rig.attributes(ino).getSize());
        assertEquals(FlushState.FLUSH_STATE_OPEN, rig.attributes(ino).getFlushState());
        rig.release(mount, ino, second.getOpenSequence());
        assertEquals(FlushState.FLUSH_STATE_QUEUED, rig.attributes(ino).getFlushState());
        assertEquals(FailureKind.FAILURE_STALE, rig.commit(mount, ino, 1, 1).getFailure());
    }

    @Test
    void theMountThatLookedLastIsRight() {
        OpenReply first = rig.create(mount, Rig.ROOT, "f");
        long ino = first.getAttributes().getIno();
        OpenReply second = rig.open(other, ino, true, false);
        worker.staged.put(ino, new SimWorker.Staged("all of it", 20));
        rig.commit(other, ino, 9, 20);
        assertEquals(9, rig.commit(mount, ino, 3, 10).getAttributes().getSize());
        releaseAll(first, second);
        assertEquals(9, rig.attributes(ino).getSize());
        assertEquals(20, rig.attributes(ino).getMtimeNanos());
    }

    @Test
    void ofWhatSeveralMountsWroteTheWorkerHasTheLastWord() {
        long ino = clean("f", "text");
        OpenReply first = rig.open(mount, ino, true, false);
        OpenReply second = rig.open(other, ino, true, true);
        worker.staged.put(ino, new SimWorker.Staged("", 30));
        rig.commit(mount, ino, 4, 29); // looked at the file before the other one cut it
        releaseAll(first, second);
        assertEquals(0, rig.attributes(ino).getSize());
        assertEquals(30, rig.attributes(ino).getMtimeNanos());
        OpenReply alone = rig.open(mount, ino, true, false);
        rig.commit(mount, ino, 7, 5);
        assertEquals(7, rig.attributes(ino).getSize(), "a clock that was set back orders nothing");
        rig.release(mount, ino, alone.getOpenSequence());
        assertEquals(FlushState.FLUSH_STATE_QUEUED, rig.attributes(ino).getFlushState());
    }

    @Test
    void aTimeThatWasSetByHandOutlastsTheLastWord() {
        OpenReply first = rig.create(mount, Rig.ROOT, "f");
        long ino = first.getAttributes().getIno();
        OpenReply second = rig.open(other, ino, true, false);
        worker.staged.put(ino, new SimWorker.Staged("text", 20));
        FinalSize set =
                FinalSize.newBuilder().setSize(4).setMtimeNanos(7).setStagedCtimeNanos(20).build();
        rig.commit(other, ino, set, true);
        releaseAll(first, second);
        assertEquals(7, rig.attributes(ino).getMtimeNanos());
    }

    @Test
    void aTimeThatWasSetBesideAWriterHoldsUntilItsNextWrite() {
        OpenReply reply = rig.create(mount, Rig.ROOT, "f");
        long ino = reply.getAttributes().getIno();
        assertFalse(setModified(mount, ino, 7).getWrittenElsewhere());
        NodeReply set = setModified(other, ino, 8);
        assertTrue(set.getWrittenElsewhere());
        assertEquals(8, set.getAttributes().getMtimeNanos());
        rig.commit(mount, ino, 3, 30);
        assertEquals(30, rig.attributes(ino).getMtimeNanos());
        setStaged(8, 40, ino);
        rig.commit(mount, ino, 4, 35); // looked at the file before it got its time
        assertEquals(4, rig.attributes(ino).getSize());
        assertEquals(8, rig.attributes(ino).getMtimeNanos());
        rig.commit(mount, ino, 4, 50);
        setStaged(8, 45, ino);
        assertEquals(50, rig.attributes(ino).getMtimeNanos(), "written after it got its time");
        rig.release(mount, ino, reply.getOpenSequence());
        assertEquals(50, rig.attributes(ino).getMtimeNanos());
        assertFalse(setModified(other, ino, 9).getWrittenElsewhere());
    }

    @Test
    void theWorkersWordIsNewerThanATimeThatWasSet() {
        OpenReply reply = rig.create(mount, Rig.ROOT, "f");
        long ino = reply.getAttributes().getIno();
        setStaged(8, 40, ino);
        worker.staged.put(ino, new SimWorker.Staged("text", 50));
        rig.metadata
                .mounts()
                .detach(
                        DetachRequest.newBuilder()
                                .setWorkspaceId(rig.ws)
                                .setMountId(mount)
                                .build());
        worker.drain();
        assertEquals(50, rig.attributes(ino).getMtimeNanos());
    }

    private NodeReply setModified(long by, long ino, long mtime) {
        return set(by, SetAttributesRequest.newBuilder().setIno(ino).setMtimeNanos(mtime));
    }

    /** By the other mount, when the staged file has it as well. */
    private void setStaged(long mtime, long stagedCtime, long ino) {
        set(
                other,
                SetAttributesRequest.newBuilder()
                        .setIno(ino)
                        .setMtimeNanos(mtime)
                        .setStagedCtimeNanos(stagedCtime));
    }

    private NodeReply set(long by, SetAttributesRequest.Builder change) {
        return rig.metadata
                .namespace()
                .setAttributes(change.setCaller(rig.caller(by)).setWorkspaceId(rig.ws).build());
    }

    @Test
    void anUnlinkedFileLivesUntilItsLastRelease() {
        OpenReply reply = rig.create(mount, Rig.ROOT, "f");
        long ino = reply.getAttributes().getIno();
        worker.open(Rig.claims(reply));
        rig.remove(mount, Rig.ROOT, "f", false);
        assertEquals(0, rig.attributes(ino).getNlink());
        assertEquals(FailureKind.FAILURE_NONE, rig.commit(mount, ino, 5, 5).getFailure());
        worker.drain();
        assertTrue(worker.staged.containsKey(ino));
        rig.release(mount, ino, reply.getOpenSequence());
        assertEquals(0, rig.metadata.workspaces().usage(rig.ws).bytes());
        rig.clock.advance(2_000);
        worker.drain();
        assertEquals(FailureKind.FAILURE_GONE, rig.failure(ino));
        assertFalse(worker.staged.containsKey(ino));
    }

    @Test
    void whatWasUnlinkedCanBeOpenedForAMomentAndStaysThen() {
        long ino = clean("f", "text");
        rig.remove(mount, Rig.ROOT, "f", false);
        assertEquals(0, rig.metadata.workspaces().usage(rig.ws).bytes());
        rig.clock.advance(1_999);
        worker.drain();
        assertEquals(StagedVerdict.Need.NEED_DIRTY, need(ino));
        OpenReply reply = open(ino, true, false);
        assertEquals(0, reply.getAttributes().getNlink());
        assertEquals(4, rig.metadata.workspaces().usage(rig.ws).bytes());
        rig.clock.advance(10_000);
        worker.drain();
        assertEquals("text", worker.content(ino));
        rig.commit(mount, ino, 2, 5);
        rig.release(mount, ino, reply.getOpenSequence());
        assertEquals(0, rig.metadata.workspaces().usage(rig.ws).bytes());
        rig.clock.advance(2_000);
        worker.drain();
        assertEquals(FailureKind.FAILURE_GONE, rig.open(mount, ino, false, false).getFailure());
        assertTrue(worker.staged.isEmpty());
        assertEquals(StagedVerdict.Need.NEED_NONE, need(ino));
    }

    /** Its content is nowhere but in an object that goes as well. */
    @Test
    void whatWasEvictedIsGoneWithItsName() {
        long ino = clean("f", "text");
        worker.evict(ino, 1);
        rig.remove(mount, Rig.ROOT, "f", false);
        assertEquals(FailureKind.FAILURE_GONE, rig.open(mount, ino, false, false).getFailure());
    }

    @Test
    void theRoomOfALargeFileIsFreeWithItsName() {
        OpenReply reply = rig.create(mount, Rig.ROOT, "f");
        long ino = reply.getAttributes().getIno();
        rig.commit(mount, ino, Flow.LEAVING_BYTES_MAX + 1, 1);
        rig.release(mount, ino, reply.getOpenSequence());
        rig.remove(mount, Rig.ROOT, "f", false);
        worker.drain();
        assertEquals(FailureKind.FAILURE_GONE, rig.failure(ino));
        assertEquals(StagedVerdict.Need.NEED_NONE, need(ino));
    }

    private StagedVerdict.Need need(long ino) {
        StagedRef file = StagedRef.newBuilder().setWorkspaceId(rig.ws).setIno(ino).build();
        return rig.metadata
                .stagedFiles()
                .describeStaged(
                        DescribeStagedRequest.newBuilder()
                                .setWorker(rig.identity("w1"))
                                .addFiles(file)
                                .build())
                .getVerdicts(0)
                .getNeed();
    }

    @Test
    void anEvictedFileIsBroughtBackFromItsObject() {
        long ino = clean("f", "text");
        worker.evict(ino, 1);
        assertTrue(worker.staged.isEmpty());
        assertFalse(rig.inspect("f").staged());
        OpenReply reply = rig.open(mount, ino, false, false);
        Claims claims = Rig.claims(reply);
        assertEquals("f", claims.getSource().getKey());
        assertEquals("p/", claims.getLocation().getPrefix());
        worker.open(claims);
        assertEquals("text", worker.content(ino));
        assertTrue(rig.inspect("f").staged());
    }

    @Test
    void aFileThatIsOpenIsNotEvicted() {
        long ino = clean("f", "text");
        OpenReply reply = open(ino, false, false);
        worker.evict(ino, 1);
        assertTrue(worker.staged.containsKey(ino));
        rig.release(mount, ino, reply.getOpenSequence());
        worker.evict(ino, 1);
        assertTrue(worker.staged.isEmpty());
    }

    /** Of both mounts; then the worker says what there is. */
    private void releaseAll(OpenReply ours, OpenReply others) {
        long ino = ours.getAttributes().getIno();
        rig.release(mount, ino, ours.getOpenSequence());
        rig.release(other, ino, others.getOpenSequence());
        worker.drain();
    }

    private OpenReply open(long ino, boolean write, boolean truncate) {
        OpenReply reply = rig.open(mount, ino, write, truncate);
        worker.open(Rig.claims(reply));
        return reply;
    }

    private long clean(String name, String content) {
        long ino = rig.file(mount, Rig.ROOT, name, content.length());
        worker.staged.put(ino, new SimWorker.Staged(content, 1));
        rig.clock.advance(1000);
        worker.drain();
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(ino).getFlushState());
        return ino;
    }
}
