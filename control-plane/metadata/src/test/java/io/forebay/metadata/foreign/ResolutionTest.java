package io.forebay.metadata.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Bucket;
import io.forebay.metadata.Rig;
import io.forebay.metadata.SimWorker;
import io.forebay.metadata.admin.FileView;
import io.forebay.metadata.foreign.Resolution.Decision;
import io.forebay.metadata.foreign.Resolution.Resolved;
import io.forebay.proto.Attributes;
import io.forebay.proto.Claims;
import io.forebay.proto.DirectoryEntry;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.NodeReply;
import io.forebay.proto.OpenReply;
import io.forebay.proto.SeenObject;
import io.forebay.proto.SetXattrRequest;
import io.forebay.schema.ForebayException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Invariant I6: both versions stay until a person has decided, and then what he decided holds. */
class ResolutionTest {
    private final Rig rig = new Rig();
    private final Bucket bucket = new Bucket();
    private final SimWorker worker = new SimWorker(rig, bucket, new Random(1), "w1", "n1");
    private final long mount = rig.attach("n1");

    ResolutionTest() {
        worker.faulty = false;
    }

    @Test
    void oursReplacesWhatWasSeen() {
        long ino = conflict("f");
        Bucket.Stored theirs = object("f");
        assertEquals("theirs", theirs.content());
        SeenObject seen = Objects.requireNonNull(rig.inspect("f").conflict());
        assertEquals(theirs.etag(), seen.getEtag());
        assertEquals(6, seen.getSize());
        assertEquals(new Resolved("f", ""), resolve("f", Keep.OURS));
        bucket.givenUp.add(theirs.etag());
        flush();
        assertEquals(Map.of("f", "second"), objects());
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(ino).getFlushState());
        assertNull(rig.inspect("f").conflict());
        assertNull(rig.inspect("f").error());
    }

    @Test
    void aFurtherChangeIsANewConflict() {
        long ino = conflict("f");
        resolve("f", Keep.OURS);
        bucket.givenUp.add(object("f").etag());
        bucket.putForeign("f", "theirs again");
        flush();
        assertEquals(Map.of("f", "theirs again"), objects());
        assertEquals(FlushState.FLUSH_STATE_CONFLICT, rig.attributes(ino).getFlushState());
        assertEquals(12, Objects.requireNonNull(rig.inspect("f").conflict()).getSize());
        bucket.givenUp.add(object("f").etag());
        resolve("f", Keep.OURS);
        flush();
        assertEquals(Map.of("f", "second"), objects());
    }

    @Test
    void aDecisionOnAnotherObjectIsNone() {
        conflict("f");
        Decision old = new Decision(Keep.OURS, "e-before");
        byte[] path = "f".getBytes(StandardCharsets.UTF_8);
        assertEquals(
                FailureKind.FAILURE_CONFLICT,
                assertThrows(
                                ForebayException.class,
                                () -> rig.metadata.resolution().resolve(rig.ws, path, old))
                        .kind());
        flush();
        assertEquals(Map.of("f", "theirs"), objects());
        Decision right = new Decision(Keep.OURS, object("f").etag());
        bucket.givenUp.add(object("f").etag());
        rig.metadata.resolution().resolve(rig.ws, path, right);
        flush();
        assertEquals(Map.of("f", "second"), objects());
    }

    @Test
    void oursCountsForTheNextContentAsWellAndForNoOtherName() {
        long ino = conflict("f");
        bucket.putForeign("g", "at g");
        resolve("f", Keep.OURS);
        rig.rename(mount, Rig.ROOT, "f", Rig.ROOT, "g");
        flush();
        assertEquals(Map.of("f", "theirs", "g", "at g"), objects());
        assertEquals(FlushState.FLUSH_STATE_CONFLICT, rig.attributes(ino).getFlushState());
        resolve("g", Keep.OURS);
        bucket.givenUp.add(object("g").etag());
        write(ino, "third");
        flush();
        assertEquals(Map.of("f", "theirs", "g", "third"), objects());
    }

    @Test
    void theirsTakesTheFilesPlace() {
        long ino = conflict("f");
        rig.setXattr(mount, ino, "user.a", "1", SetXattrRequest.Condition.CONDITION_NONE);
        OpenReply reader = rig.open(mount, ino, false, false);
        worker.open(Rig.claims(reader));
        assertEquals(new Resolved("", "f"), resolve("f", Keep.THEIRS));
        flush();
        Attributes now = rig.lookup(Rig.ROOT, "f").getAttributes();
        assertTrue(now.getIno() != ino);
        assertEquals(6, now.getSize());
        assertEquals(0644, now.getMode());
        assertEquals(7, now.getUid());
        assertEquals(FlushState.FLUSH_STATE_CLEAN, now.getFlushState());
        assertEquals(Map.of("user.a", "1"), rig.xattrs(now.getIno()));
        assertEquals("second", worker.content(ino), "who has it open keeps it");
        assertEquals("theirs", read(now.getIno()));
        rig.release(mount, ino, reader.getOpenSequence());
        rig.clock.advance(5_000);
        flush();
        assertEquals("none", worker.content(ino), "what nobody needs is dropped");
        assertEquals(Map.of("f", "theirs"), objects());
        assertQuiet();
    }

    @Test
    void theirsIsReplacedByTheNextWriteAsIfItWereOurs() {
        conflict("f");
        bucket.givenUp.add(object("f").etag());
        resolve("f", Keep.THEIRS);
        write(rig.lookup(Rig.ROOT, "f").getAttributes().getIno(), "third");
        flush();
        assertEquals(Map.of("f", "third"), objects());
    }

    @Test
    void bothStandBesideEachOther() {
        long ino = conflict("f");
        assertEquals(new Resolved("f.forebay-ours", "f"), resolve("f", Keep.BOTH));
        flush();
        assertEquals(Map.of("f", "theirs", "f.forebay-ours", "second"), objects());
        assertEquals(ino, rig.lookup(Rig.ROOT, "f.forebay-ours").getAttributes().getIno());
        assertEquals("theirs", read(rig.lookup(Rig.ROOT, "f").getAttributes().getIno()));
        write(rig.lookup(Rig.ROOT, "f").getAttributes().getIno(), "third");
        bucket.putForeign("f", "fourth");
        flush();
        assertEquals(new Resolved("f.forebay-ours-2", "f"), resolve("f", Keep.BOTH));
        flush();
        assertEquals(
                Map.of("f", "fourth", "f.forebay-ours", "second", "f.forebay-ours-2", "third"),
                objects());
        assertQuiet();
    }

    @Test
    void aLongNameIsCutForItsSibling() {
        String name = "\u00e4".repeat(127);
        conflict(name);
        Resolved resolved = resolve(name, Keep.BOTH);
        assertEquals("\u00e4".repeat(121) + ".forebay-ours", resolved.ours());
        flush();
        assertEquals("second", objects().get(resolved.ours()));
        assertEquals("theirs", objects().get(name));
    }

    @Test
    void whatWasDeletedIsAConflictOfItsOwnKind() {
        long ino = deleted("f");
        SeenObject seen = Objects.requireNonNull(rig.inspect("f").conflict());
        assertFalse(seen.getThere());
        assertEquals(new Resolved("f", ""), resolve("f", Keep.OURS));
        flush();
        assertEquals(Map.of("f", "second"), objects());
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(ino).getFlushState());
    }

    @Test
    void theirDeletionRemovesTheFile() {
        long ino = deleted("f");
        assertEquals(new Resolved("", ""), resolve("f", Keep.THEIRS));
        assertEquals(FailureKind.FAILURE_NOT_FOUND, rig.lookup(Rig.ROOT, "f").getFailure());
        rig.clock.advance(5_000);
        flush();
        assertEquals("none", worker.content(ino));
        assertEquals(Map.of(), objects());
        assertQuiet();
    }

    @Test
    void bothOfADeletionKeepsOursBeside() {
        deleted("f");
        assertEquals(new Resolved("f.forebay-ours", ""), resolve("f", Keep.BOTH));
        flush();
        assertEquals(Map.of("f.forebay-ours", "second"), objects());
        assertEquals(FailureKind.FAILURE_NOT_FOUND, rig.lookup(Rig.ROOT, "f").getFailure());
    }

    @Test
    void allNamesOfAFileFollow() {
        long ino = conflict("f");
        rig.link(mount, ino, Rig.ROOT, "a");
        rig.link(mount, ino, Rig.ROOT, "z");
        assertEquals(new Resolved("", "f"), resolve("z", Keep.THEIRS));
        long now = rig.lookup(Rig.ROOT, "f").getAttributes().getIno();
        for (String name : List.of("a", "f", "z")) {
            NodeReply found = rig.lookup(Rig.ROOT, name);
            assertEquals(now, found.getAttributes().getIno());
            assertEquals(3, found.getAttributes().getNlink());
        }
        bucket.givenUp.add(object("f").etag()); // it is the file's now
        rig.remove(mount, Rig.ROOT, "f", false);
        flush();
        assertEquals(Map.of("a", "theirs"), objects());
    }

    @Test
    void aDeletedOneOfSeveralNamesLeavesTheOthers() {
        long ino = deleted("f");
        rig.link(mount, ino, Rig.ROOT, "g");
        resolve("g", Keep.THEIRS);
        flush();
        assertEquals(Map.of("g", "second"), objects());
        assertEquals(FailureKind.FAILURE_NOT_FOUND, rig.lookup(Rig.ROOT, "f").getFailure());
        assertEquals(1, rig.attributes(ino).getNlink());
    }

    @Test
    void whatIsInNoConflictIsRefused() {
        file("f", "first");
        assertRefused(FailureKind.FAILURE_INVALID, "f");
        flush();
        assertRefused(FailureKind.FAILURE_INVALID, "f");
        assertRefused(FailureKind.FAILURE_NOT_FOUND, "none");
        rig.mkdir(mount, Rig.ROOT, "d");
        assertRefused(FailureKind.FAILURE_NOT_FOUND, "d");
        long ino = conflict("g");
        rig.open(mount, ino, true, false);
        assertRefused(FailureKind.FAILURE_INVALID, "g");
        assertEquals("theirs", objects().get("g"));
    }

    private void assertRefused(FailureKind kind, String path) {
        for (Keep keep : Keep.values()) {
            assertEquals(
                    kind, assertThrows(ForebayException.class, () -> resolve(path, keep)).kind());
        }
    }

    /** A file that was stored, changed by both sides. */
    private long conflict(String name) {
        long ino = file(name, "first");
        flush();
        write(ino, "second");
        bucket.putForeign(name, "theirs");
        flush();
        assertEquals(FlushState.FLUSH_STATE_CONFLICT, rig.attributes(ino).getFlushState());
        return ino;
    }

    private long deleted(String name) {
        long ino = file(name, "first");
        flush();
        write(ino, "second");
        bucket.objects.remove(name);
        flush();
        assertEquals(FlushState.FLUSH_STATE_CONFLICT, rig.attributes(ino).getFlushState());
        return ino;
    }

    private long file(String name, String content) {
        OpenReply reply = rig.create(mount, Rig.ROOT, name);
        end(reply, content);
        return reply.getAttributes().getIno();
    }

    private void write(long ino, String content) {
        OpenReply reply = rig.open(mount, ino, true, true);
        worker.open(Rig.claims(reply));
        end(reply, content);
    }

    private void end(OpenReply reply, String content) {
        long ino = reply.getAttributes().getIno();
        rig.clock.advance(1);
        worker.staged.put(ino, new SimWorker.Staged(content, rig.clock.nanos()));
        rig.commit(mount, ino, content.length(), rig.clock.nanos());
        rig.release(mount, ino, reply.getOpenSequence());
    }

    private String read(long ino) {
        OpenReply reply = rig.open(mount, ino, false, false);
        Claims claims = Rig.claims(reply);
        worker.open(claims);
        rig.release(mount, ino, reply.getOpenSequence());
        return worker.content(ino);
    }

    private Resolved resolve(String path, Keep keep) {
        return rig.metadata
                .resolution()
                .resolve(rig.ws, path.getBytes(StandardCharsets.UTF_8), new Decision(keep, null));
    }

    private void flush() {
        rig.clock.advance(2_000);
        rig.tend();
        worker.drain();
    }

    private Bucket.Stored object(String key) {
        return Objects.requireNonNull(bucket.objects.get(key));
    }

    private Map<String, String> objects() {
        Map<String, String> contents = new TreeMap<>();
        bucket.objects.forEach((key, object) -> contents.put(key, object.content()));
        return contents;
    }

    /** The counters are those of what is there. */
    private void assertQuiet() {
        assertEquals(0, rig.metadata.workspaces().usage(rig.ws).dirtyFiles());
        assertEquals(0, rig.metadata.workspaces().usage(rig.ws).dirtyBytes());
        long bytes = 0;
        for (DirectoryEntry entry : rig.list(Rig.ROOT)) {
            bytes += entry.getAttributes().getSize();
            FileView view = rig.inspect(entry.getName().toStringUtf8());
            assertEquals(FlushState.FLUSH_STATE_CLEAN, view.attributes().getFlushState());
        }
        assertEquals(bytes, rig.metadata.workspaces().usage(rig.ws).bytes());
    }
}
