package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.admin.Usage;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.DetachRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.NodeReply;
import io.forebay.proto.OpenReply;
import io.forebay.proto.ReleaseRequest;
import io.forebay.proto.ReleasedFile;
import io.forebay.proto.RequestId;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Files that are made without a name (O_TMPFILE), and those of them that get one. */
class UnnamedFilesTest {
    private static final String TEXT = "text";

    private final Rig rig = new Rig();
    private final Bucket bucket = new Bucket();
    private final SimWorker worker = rig.worker(bucket);
    private final long mount = rig.attach("n1");
    private final long d = rig.mkdir(mount, Rig.ROOT, "d").getAttributes().getIno();

    @Test
    void itIsInNoDirectoryAndDiesWithItsLastRelease() {
        long mtime = rig.attributes(d).getMtimeNanos();
        rig.clock.advance(5);
        OpenReply reply = made(false);
        long ino = reply.getAttributes().getIno();
        assertEquals(0, reply.getAttributes().getNlink());
        assertEquals(0640, reply.getAttributes().getMode());
        assertTrue(rig.list(d).isEmpty());
        assertEquals(mtime, rig.attributes(d).getMtimeNanos());
        write(ino);
        flush();
        assertEquals(Map.of(), objects());
        Usage usage = rig.metadata.workspaces().usage(rig.ws);
        assertEquals(0, usage.dirtyFiles());
        assertEquals(4, usage.bytes(), "it counts against the quota");
        assertTrue(worker.staged.containsKey(ino));
        rig.release(mount, ino, reply.getOpenSequence());
        assertGone(ino);
    }

    @Test
    void itDiesWithItsMount() {
        long ino = made(false).getAttributes().getIno();
        write(ino);
        rig.metadata
                .mounts()
                .detach(
                        DetachRequest.newBuilder()
                                .setMountId(mount)
                                .setWorkspaceId(rig.ws)
                                .build());
        assertGone(ino);
    }

    @Test
    void itDiesWithItsMountsLease() {
        long ino = made(false).getAttributes().getIno();
        write(ino);
        rig.clock.advance(30_001);
        rig.tend();
        assertGone(ino);
    }

    @Test
    void aLinkNamesItAndItsCloseBringsItToTheBucket() {
        OpenReply reply = made(false);
        long ino = reply.getAttributes().getIno();
        write(ino);
        NodeReply named = rig.link(mount, ino, d, "f");
        assertEquals(FailureKind.FAILURE_NONE, named.getFailure());
        assertEquals(1, named.getAttributes().getNlink());
        assertEquals(1, rig.metadata.workspaces().usage(rig.ws).dirtyFiles());
        flush();
        assertEquals(Map.of(), objects(), "somebody writes it");
        rig.release(mount, ino, reply.getOpenSequence());
        flush();
        assertEquals(Map.of("d/f", TEXT), objects());
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(ino).getFlushState());
        rig.remove(mount, d, "f", false);
        flush();
        assertEquals(Map.of(), objects());
        assertGone(ino);
    }

    /** The writer has closed it, and a reader gives it its name. */
    @Test
    void aLinkAfterTheLastWriterBringsItToTheBucket() {
        OpenReply reply = made(false);
        long ino = reply.getAttributes().getIno();
        rig.open(mount, ino, false, false);
        write(ino);
        stopWriting(ino);
        assertEquals(FlushState.FLUSH_STATE_OPEN, rig.attributes(ino).getFlushState());
        assertEquals(FailureKind.FAILURE_NONE, rig.link(mount, ino, d, "f").getFailure());
        assertEquals(FlushState.FLUSH_STATE_QUEUED, rig.attributes(ino).getFlushState());
        flush();
        assertEquals(Map.of("d/f", TEXT), objects());
    }

    /** As above, where the second writer's mount ended without a word. */
    @Test
    void whatAWriterLeftWithoutAWordIsAskedForWhenItIsNamed() {
        long ino = made(false).getAttributes().getIno();
        rig.open(mount, ino, false, false);
        write(ino);
        stopWriting(ino);
        long other = rig.attach("n1");
        rig.open(other, ino, true, false);
        worker.staged.put(ino, new SimWorker.Staged("longer text", 9));
        rig.metadata
                .mounts()
                .detach(
                        DetachRequest.newBuilder()
                                .setMountId(other)
                                .setWorkspaceId(rig.ws)
                                .build());
        rig.link(mount, ino, d, "f");
        flush(); // its size
        flush(); // its content
        assertEquals(Map.of("d/f", "longer text"), objects());
        assertEquals(11, rig.attributes(ino).getSize());
    }

    /** Who waits for what was closed waits for it from the moment that it has a name. */
    @Test
    void aCloseBeforeTheNameCounts() {
        OpenReply reply = made(false);
        long ino = reply.getAttributes().getIno();
        worker.staged.put(ino, new SimWorker.Staged(TEXT, 5));
        rig.commit(mount, ino, TEXT.length(), 5, true);
        assertTrue(settled());
        rig.clock.advance(1);
        rig.link(mount, ino, d, "f");
        assertFalse(settled());
        rig.release(mount, ino, reply.getOpenSequence());
        flush();
        assertTrue(settled());
    }

    @Test
    void itGetsItsFirstNameOnce() {
        OpenReply reply = made(false);
        long ino = reply.getAttributes().getIno();
        rig.link(mount, ino, d, "f");
        rig.link(mount, ino, d, "g");
        assertEquals(2, rig.attributes(ino).getNlink());
        rig.remove(mount, d, "f", false);
        rig.remove(mount, d, "g", false);
        assertEquals(FailureKind.FAILURE_NOT_FOUND, rig.link(mount, ino, d, "h").getFailure());
        rig.release(mount, ino, reply.getOpenSequence());
        assertGone(ino);
    }

    @Test
    void anExclusiveOneNeverGetsAName() {
        OpenReply reply = made(true);
        long ino = reply.getAttributes().getIno();
        write(ino);
        assertEquals(FailureKind.FAILURE_NOT_FOUND, rig.link(mount, ino, d, "f").getFailure());
        rig.release(mount, ino, reply.getOpenSequence());
        assertGone(ino);
    }

    @Test
    void aRequestThatComesAgainMakesNoSecondOne() {
        CreateRequest request = request(false, 7);
        OpenReply first = rig.metadata.openFiles().create(request);
        OpenReply again = rig.metadata.openFiles().create(request);
        assertEquals(first, again);
        assertEquals(2, rig.metadata.workspaces().usage(rig.ws).inodes() - 1, "root, d and it");
    }

    private CreateRequest request(boolean exclusive, long sequence) {
        return CreateRequest.newBuilder()
                .setCaller(
                        rig.caller(mount).toBuilder()
                                .setRequest(RequestId.newBuilder().setSequence(sequence)))
                .setWorkspaceId(rig.ws)
                .setParent(d)
                .setMode(0666)
                .setUmask(026)
                .setUnnamed(true)
                .setExclusive(exclusive)
                .setWrite(true)
                .build();
    }

    private OpenReply made(boolean exclusive) {
        OpenReply reply = rig.metadata.openFiles().create(request(exclusive, 0));
        assertEquals(FailureKind.FAILURE_NONE, reply.getFailure());
        worker.open(Rig.claims(reply));
        return reply;
    }

    private void write(long ino) {
        worker.staged.put(ino, new SimWorker.Staged(TEXT, 5));
        rig.commit(mount, ino, TEXT.length(), 5);
    }

    /** The mount still has it open for reading. */
    private void stopWriting(long ino) {
        ReleasedFile writer =
                ReleasedFile.newBuilder()
                        .setIno(ino)
                        .setOpenSequence(Long.MAX_VALUE)
                        .setStillReading(true)
                        .build();
        rig.metadata
                .openFiles()
                .release(
                        ReleaseRequest.newBuilder()
                                .setMountId(mount)
                                .setWorkspaceId(rig.ws)
                                .addFiles(writer)
                                .build());
    }

    private void flush() {
        rig.clock.advance(2_000);
        worker.drain();
    }

    private boolean settled() {
        return rig.metadata.barrier().pending(rig.ws, new byte[0], rig.clock.millis()).settled();
    }

    private Map<String, String> objects() {
        Map<String, String> contents = new HashMap<>();
        bucket.objects.forEach((key, object) -> contents.put(key, object.content()));
        return contents;
    }

    private void assertGone(long ino) {
        rig.clock.advance(2_000);
        worker.drain();
        assertEquals(FailureKind.FAILURE_GONE, rig.failure(ino));
        assertEquals(Map.of(), worker.staged);
        assertEquals(0, rig.metadata.workspaces().usage(rig.ws).bytes());
    }
}
