package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.schema.Limits;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Names of one inode, and under which of them the bucket has its content. */
class HardLinksTest {
    private final Rig rig = new Rig();
    private final Bucket bucket = new Bucket();
    private final SimWorker worker = rig.worker(bucket);
    private final long mount = rig.attach("n1");
    private final long d = rig.mkdir(mount, Rig.ROOT, "d").getAttributes().getIno();

    @Test
    void aLinkCountsAndShowsInTheTimes() {
        long ino = file("a", "text");
        rig.clock.advance(5);
        NodeReply reply = rig.link(mount, ino, d, "b");
        assertEquals(ino, reply.getAttributes().getIno());
        assertEquals(2, reply.getAttributes().getNlink());
        assertEquals(rig.clock.nanos(), reply.getAttributes().getCtimeNanos());
        assertTrue(reply.getAttributes().getMtimeNanos() < rig.clock.nanos());
        assertEquals(d, reply.getParent().getIno());
        assertEquals(rig.clock.nanos(), reply.getParent().getMtimeNanos());
        assertEquals(reply.getAttributes(), rig.lookup(d, "b").getAttributes());
        assertEquals(4, rig.metadata.workspaces().usage(rig.ws).bytes());
    }

    @Test
    void whatCannotBeLinkedIsRefused() {
        long ino = file("a", "text");
        assertEquals(FailureKind.FAILURE_EXISTS, rig.link(mount, ino, Rig.ROOT, "d").getFailure());
        assertEquals(
                FailureKind.FAILURE_NOT_DIRECTORY, rig.link(mount, ino, ino, "b").getFailure());
        assertEquals(
                FailureKind.FAILURE_IS_DIRECTORY, rig.link(mount, d, Rig.ROOT, "b").getFailure());
        assertEquals(
                FailureKind.FAILURE_NAME_TOO_LONG,
                rig.link(mount, ino, d, "x".repeat(256)).getFailure());
        OpenReply open = rig.open(mount, ino, false, false);
        rig.remove(mount, Rig.ROOT, "a", false);
        assertEquals(FailureKind.FAILURE_NOT_FOUND, rig.link(mount, ino, d, "b").getFailure());
        rig.release(mount, ino, open.getOpenSequence());
        assertEquals(FailureKind.FAILURE_NOT_FOUND, rig.link(mount, ino, d, "b").getFailure());
        flush();
        assertEquals(FailureKind.FAILURE_GONE, rig.link(mount, ino, d, "b").getFailure());
    }

    @Test
    void anInodeHasOnlySoManyNames() {
        long ino = file("a", "text");
        rig.store.transact(tx -> {
            InodeRecord record = Objects.requireNonNull(Inode.read(tx, rig.ws, ino));
            InodeRecord.Builder full = record.toBuilder();
            full.getAttributesBuilder().setNlink(Limits.LINKS_MAX - 1);
            tx.set(Keys.inode(rig.ws, ino), full.build().toByteArray());
            return true;
        });
        assertEquals(FailureKind.FAILURE_NONE, rig.link(mount, ino, d, "b").getFailure());
        assertEquals(FailureKind.FAILURE_TOO_MANY_LINKS, rig.link(mount, ino, d, "c").getFailure());
    }

    @Test
    void theObjectStandsUnderTheFirstNameAsLongAsItIsThere() {
        long ino = file("a", "text");
        flush();
        rig.link(mount, ino, d, "b");
        rig.link(mount, ino, Rig.ROOT, "0");
        flush();
        assertEquals(Map.of("a", "text"), objects());
        rig.rename(mount, d, "b", d, "c");
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(ino).getFlushState());
        assertEquals("p/a", Objects.requireNonNull(rig.inspect("d/c").object()).key());
        rig.remove(mount, Rig.ROOT, "a", false);
        assertEquals(2, rig.attributes(ino).getNlink());
        assertFalse(settled("d"));
        flush();
        assertEquals(Map.of("0", "text"), objects());
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.inspect("d/c").attributes().getFlushState());
        rig.remove(mount, Rig.ROOT, "0", false);
        flush();
        assertEquals(Map.of("d/c", "text"), objects());
        rig.remove(mount, d, "c", false);
        flush();
        assertEquals(Map.of(), objects());
        assertEquals(FailureKind.FAILURE_GONE, rig.failure(ino));
    }

    @Test
    void aRenamedDirectoryTakesAlongOnlyTheObjectsOfOwnNames() {
        long ino = file("a", "text");
        rig.link(mount, ino, d, "b");
        long below = rig.file(mount, d, "f", 3);
        worker.staged.put(below, new SimWorker.Staged("own", 1));
        flush();
        rig.rename(mount, Rig.ROOT, "d", Rig.ROOT, "e");
        flush();
        assertEquals(Map.of("a", "text", "e/f", "own"), objects());
    }

    @Test
    void aRenameOverOneOfItsNamesLeavesTheOthers() {
        long ino = file("a", "text");
        rig.link(mount, ino, d, "b");
        flush();
        long other = file("z", "other");
        rig.rename(mount, Rig.ROOT, "z", Rig.ROOT, "a");
        flush();
        assertEquals(Map.of("a", "other", "d/b", "text"), objects());
        assertEquals(1, rig.attributes(ino).getNlink());
        rig.link(mount, other, Rig.ROOT, "y");
        rig.rename(mount, Rig.ROOT, "a", Rig.ROOT, "y");
        assertEquals(2, rig.attributes(other).getNlink());
        assertEquals(other, rig.lookup(Rig.ROOT, "a").getAttributes().getIno());
    }

    @Test
    void whatIsNoFileHasLinksToo() {
        long link =
                rig.make(mount, Rig.ROOT, "l", NodeType.NODE_TYPE_SYMLINK, "to")
                        .getAttributes()
                        .getIno();
        assertEquals(2, rig.link(mount, link, d, "m").getAttributes().getNlink());
        rig.remove(mount, Rig.ROOT, "l", false);
        assertEquals(1, rig.attributes(link).getNlink());
        rig.remove(mount, d, "m", false);
        assertEquals(FailureKind.FAILURE_GONE, rig.failure(link));
    }

    @Test
    void aWhiteoutStaysAtTheOldName() {
        long ino = file("a", "text");
        rig.metadata
                .namespace()
                .rename(
                        rig.renaming(mount, Rig.ROOT, "a", d, "b")
                                .setWhiteout(true)
                                .setNoReplace(true)
                                .build());
        assertEquals(ino, rig.lookup(d, "b").getAttributes().getIno());
        NodeReply left = rig.lookup(Rig.ROOT, "a");
        assertEquals(NodeType.NODE_TYPE_CHARACTER_DEVICE, left.getAttributes().getType());
        assertEquals(0, left.getAttributes().getRdev());
        assertEquals(0, left.getAttributes().getMode());
        assertEquals(
                FailureKind.FAILURE_INVALID,
                rig.metadata
                        .namespace()
                        .rename(
                                rig.renaming(mount, d, "b", Rig.ROOT, "a")
                                        .setWhiteout(true)
                                        .setExchange(true)
                                        .build())
                        .getFailure());
    }

    private boolean settled(String path) {
        return rig.metadata
                .barrier()
                .pending(rig.ws, Rig.bytes(path).toByteArray(), rig.clock.millis())
                .settled();
    }

    private Map<String, String> objects() {
        Map<String, String> objects = new TreeMap<>();
        bucket.objects.forEach((key, object) -> objects.put(key, object.content()));
        return objects;
    }

    private void flush() {
        for (int i = 0; i < 3; i++) {
            rig.clock.advance(1_000);
            rig.heartbeat("w1");
            rig.tend();
            worker.drain();
        }
    }

    private long file(String name, String content) {
        long ino = rig.file(mount, Rig.ROOT, name, content.length());
        worker.staged.put(ino, new SimWorker.Staged(content, 1));
        return ino;
    }
}
