package io.forebay.metadata.flush;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Rig;
import io.forebay.proto.BeginPublishRequest;
import io.forebay.proto.DurabilityMode;
import io.forebay.proto.EndedTask;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FinishPublishRequest;
import io.forebay.proto.FlushState;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict.Decision;
import io.forebay.proto.PublishedObject;
import io.forebay.proto.RemoveObjectTask;
import io.forebay.proto.RemovedObject;
import io.forebay.proto.Task;
import io.forebay.proto.UploadTask;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Symbolic links and special files on their way to the bucket. */
final class SpecialFilesTest {
    private final Rig rig = new Rig(0);
    private final long mount = rig.attach("n1");

    /** Key and content of what the bucket holds. */
    private final Map<String, String> bucket = new TreeMap<>();

    @Test
    void aLinkIsAnObjectThatHoldsItsTarget() {
        long link = make("link", NodeType.NODE_TYPE_SYMLINK, "some/target");
        assertEquals(FlushState.FLUSH_STATE_QUEUED, rig.attributes(link).getFlushState());
        assertFalse(settled());
        UploadTask upload = upload(rig.take("w1"));
        assertEquals("link", upload.getKey());
        assertEquals("some/target", upload.getContent().toStringUtf8());
        assertEquals(NodeType.NODE_TYPE_SYMLINK, upload.getType());
        assertEquals(11, upload.getSize());
        assertEquals(0777, upload.getMode());
        publish(upload);
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(link).getFlushState());
        assertTrue(settled());
    }

    @Test
    void specialFilesAreEmptyObjects() {
        for (NodeType type :
                List.of(
                        NodeType.NODE_TYPE_FIFO,
                        NodeType.NODE_TYPE_SOCKET,
                        NodeType.NODE_TYPE_CHARACTER_DEVICE,
                        NodeType.NODE_TYPE_BLOCK_DEVICE)) {
            make(type.name(), type, "");
            UploadTask upload = upload(rig.take("w1"));
            assertTrue(upload.hasContent());
            assertEquals(0, upload.getContent().size());
            assertEquals(type, upload.getType());
            assertEquals(0755, upload.getMode());
            publish(upload);
        }
        assertEquals(4, bucket.size());
        assertTrue(settled());
    }

    @Test
    void theBucketFollowsRenamesAndRemovals() {
        rig.mkdir(mount, Rig.ROOT, "d");
        long directory = rig.lookup(Rig.ROOT, "d").getAttributes().getIno();
        rig.make(mount, directory, "l", NodeType.NODE_TYPE_SYMLINK, "t");
        work();
        assertEquals(Map.of("d/l", "t"), bucket);
        rig.rename(mount, directory, "l", Rig.ROOT, "m");
        work();
        assertEquals(Map.of("m", "t"), bucket);
        rig.rename(mount, Rig.ROOT, "m", directory, "l");
        work();
        rig.rename(mount, Rig.ROOT, "d", Rig.ROOT, "e");
        work();
        assertEquals(Map.of("e/l", "t"), bucket);
        rig.link(mount, rig.lookup(directory, "l").getAttributes().getIno(), Rig.ROOT, "hard");
        rig.remove(mount, directory, "l", false);
        work();
        assertEquals(Map.of("hard", "t"), bucket);
        rig.remove(mount, Rig.ROOT, "hard", false);
        work();
        assertEquals(Map.of(), bucket);
        assertTrue(settled());
    }

    /** Invariant I4: also where a file and a link take turns under one name. */
    @Test
    void aLinkAndAFileTakeTurns() {
        make("x", NodeType.NODE_TYPE_SYMLINK, "first");
        work();
        long file = rig.file(mount, Rig.ROOT, "y", 5);
        work();
        assertEquals(Map.of("x", "first", "y", "file " + file), bucket);
        rig.rename(mount, Rig.ROOT, "y", Rig.ROOT, "x");
        work();
        assertEquals(Map.of("x", "file " + file), bucket);
        rig.remove(mount, Rig.ROOT, "x", false);
        make("x", NodeType.NODE_TYPE_SYMLINK, "second");
        work();
        assertEquals(Map.of("x", "second"), bucket);
        assertTrue(settled());
    }

    @Test
    void whatIsGoneBeforeItsUploadNeedsNone() {
        make("l", NodeType.NODE_TYPE_SYMLINK, "t");
        UploadTask upload = upload(rig.take("w1"));
        long ino = upload.getIno();
        rig.remove(mount, Rig.ROOT, "l", false);
        assertEquals(FailureKind.FAILURE_GONE, rig.failure(ino), "nobody has it open");
        assertEquals(Decision.DECISION_STALE, begin(upload));
        work();
        assertEquals(Map.of(), bucket);
        assertTrue(settled());
    }

    @Test
    void whatIsTransientStaysOut() {
        rig.durability("", DurabilityMode.DURABILITY_MODE_TRANSIENT);
        long link = make("l", NodeType.NODE_TYPE_SYMLINK, "t");
        work();
        assertEquals(Map.of(), bucket);
        assertEquals(FlushState.FLUSH_STATE_TRANSIENT, rig.attributes(link).getFlushState());
        rig.durability("", DurabilityMode.DURABILITY_MODE_WRITE_BACK);
        work();
        assertEquals(Map.of("l", "t"), bucket);
    }

    /** Which worker it has says only who carries it: nothing waits for that one's room. */
    @Test
    void aLinkIsMadeWithoutAHealthyWorker() {
        rig.clock.advance(60_000);
        make("l", NodeType.NODE_TYPE_SYMLINK, "t");
        rig.heartbeat("w1");
        work();
        assertEquals(Map.of("l", "t"), bucket);
    }

    private long make(String name, NodeType type, String target) {
        NodeReply reply = rig.make(mount, Rig.ROOT, name, type, target);
        assertEquals(FailureKind.FAILURE_NONE, reply.getFailure());
        return reply.getAttributes().getIno();
    }

    private boolean settled() {
        return rig.metadata.barrier().pending(rig.ws, new byte[0], rig.clock.millis()).settled();
    }

    /** Until nothing is left to do. */
    private void work() {
        for (int i = 0; i < 20; i++) {
            while (rig.metadata.tend()) {}
            rig.clock.advance(600);
            rig.heartbeat("w1");
            for (Task task : rig.take("w1")) {
                if (task.hasUpload()) {
                    publish(task.getUpload());
                } else if (task.hasRemoveObject()) {
                    remove(task.getRemoveObject());
                } else {
                    rig.end("w1", ended().setDroppedIno(task.getDropStaged().getIno()).build());
                }
            }
        }
    }

    private void remove(RemoveObjectTask work) {
        if (!work.getUploadsOnly()) {
            bucket.remove(work.getKey());
        }
        RemovedObject removed =
                RemovedObject.newBuilder()
                        .setKey(work.getKey())
                        .setDone(true)
                        .setUploadsOnly(work.getUploadsOnly())
                        .setUntoldUntilMillis(work.getUntoldUntilMillis())
                        .build();
        rig.end("w1", ended().setRemovedObject(removed).build());
    }

    private EndedTask.Builder ended() {
        return EndedTask.newBuilder().setWorkspaceId(rig.ws);
    }

    private static UploadTask upload(List<Task> tasks) {
        return tasks.stream().filter(Task::hasUpload).findFirst().orElseThrow().getUpload();
    }

    private Decision begin(UploadTask upload) {
        return rig.metadata
                .publication()
                .beginPublish(
                        BeginPublishRequest.newBuilder()
                                .setWorker(rig.identity("w1"))
                                .addIntents(intent(upload))
                                .build())
                .getVerdicts(0)
                .getDecision();
    }

    private void publish(UploadTask upload) {
        if (begin(upload) != Decision.DECISION_GO) {
            return;
        }
        String content =
                upload.hasContent()
                        ? upload.getContent().toStringUtf8()
                        : "file " + upload.getIno();
        bucket.put(upload.getKey(), content);
        PublishedObject object =
                PublishedObject.newBuilder()
                        .setEtag("e" + upload.getIno() + upload.getKey())
                        .setSize(upload.getSize())
                        .build();
        rig.metadata
                .publication()
                .finishPublish(
                        FinishPublishRequest.newBuilder()
                                .setWorker(rig.identity("w1"))
                                .addOutcomes(
                                        PublishOutcome.newBuilder()
                                                .setIntent(intent(upload))
                                                .setPublished(object))
                                .build());
    }

    private PublishIntent intent(UploadTask upload) {
        return PublishIntent.newBuilder()
                .setWorkspaceId(rig.ws)
                .setIno(upload.getIno())
                .setGeneration(upload.getGeneration())
                .setKey(upload.getKey())
                .build();
    }
}
