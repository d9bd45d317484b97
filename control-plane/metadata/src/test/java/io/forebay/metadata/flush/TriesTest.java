package io.forebay.metadata.flush;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Rig;
import io.forebay.proto.BeginPublishRequest;
import io.forebay.proto.FinishPublishRequest;
import io.forebay.proto.FlushState;
import io.forebay.proto.OpenReply;
import io.forebay.proto.PublishFailure;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict;
import io.forebay.proto.PublishVerdict.Decision;
import io.forebay.proto.PublishedObject;
import io.forebay.proto.RemoveObjectTask;
import io.forebay.proto.TakeTasksRequest;
import io.forebay.proto.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

/** I4, I6: a mark is of one try, and ends when its worker is not at it any more. */
final class TriesTest {
    private final Rig rig = new Rig(0);
    private final long mount = rig.attach("n1");

    @Test
    void aTryWhoseReportWasLostHoldsTheNextGenerationUpNoLonger() {
        long ino = closed();
        assertEquals(Decision.DECISION_GO, begin(intent(ino, 1, 1), 1).getDecision());
        rewrite(ino);
        take(1);
        assertEquals(Decision.DECISION_LATER, begin(intent(ino, 2, 2), 1).getDecision());
        PublishVerdict verdict = begin(intent(ino, 2, 2), 2);
        assertEquals(Decision.DECISION_GO, verdict.getDecision());
        assertEquals(ino, verdict.getUnknownPuts(0).getIno(), "it may have made an object");
        assertEquals(1, verdict.getUnknownPuts(0).getGeneration());
    }

    @Test
    void aTryWhoseReportWasLostHoldsTheRemovalUpNoLonger() {
        long ino = closed();
        assertEquals(Decision.DECISION_GO, begin(intent(ino, 1, 1), 1).getDecision());
        rig.remove(mount, Rig.ROOT, "f", false);
        rig.clock.advance(5_000);
        rig.tend();
        assertFalse(take(1).stream().anyMatch(Task::hasRemoveObject));
        rig.clock.advance(1_000);
        RemoveObjectTask removal =
                take(2).stream()
                        .filter(Task::hasRemoveObject)
                        .findFirst()
                        .orElseThrow()
                        .getRemoveObject();
        assertEquals("f", removal.getKey());
        assertEquals(ino, removal.getUnknownPuts(0).getIno());
    }

    @Test
    void anotherWorkersTriesSayNothing() {
        long ino = closed();
        rig.register("w2", "n2");
        assertEquals(Decision.DECISION_GO, begin(intent(ino, 1, 1), 1).getDecision());
        rig.remove(mount, Rig.ROOT, "f", false);
        long other = rig.file(rig.attach("n2"), Rig.ROOT, "f", 5);
        rig.clock.advance(5_000);
        assertTrue(take("w2", 7).stream().anyMatch(Task::hasUpload));
        PublishVerdict verdict = begin("w2", intent(other, 1, 7), 7);
        assertEquals(Decision.DECISION_LATER, verdict.getDecision());
    }

    @Test
    void aReportCountsForItsOwnTryAlone() {
        long ino = closed();
        begin(intent(ino, 1, 1), 1);
        PublishVerdict verdict = begin(intent(ino, 1, 2), 2);
        assertEquals(Decision.DECISION_GO, verdict.getDecision());
        assertTrue(verdict.getMaybeDone());
        finish(published(ino, 1, "other"));
        assertEquals(FlushState.FLUSH_STATE_COMMITTING, state(ino));
        finish(
                PublishOutcome.newBuilder()
                        .setIntent(intent(ino, 1, 1))
                        .setFailed(PublishFailure.newBuilder().setOutcomeKnown(true))
                        .build());
        assertEquals(FlushState.FLUSH_STATE_COMMITTING, state(ino));
        finish(published(ino, 2, "etag"));
        assertEquals(FlushState.FLUSH_STATE_CLEAN, state(ino));
        assertEquals("etag", requireNonNull(rig.inspect("f").object()).etag());
    }

    @Test
    void aQuestionThatComesLateTakesNothingFromALaterTry() {
        long ino = closed();
        assertEquals(Decision.DECISION_GO, begin(intent(ino, 1, 2), 2).getDecision());
        assertEquals(Decision.DECISION_STALE, begin(intent(ino, 1, 1), 1).getDecision());
        rig.rename(mount, Rig.ROOT, "f", Rig.ROOT, "g");
        assertEquals(Decision.DECISION_STALE, begin(intent(ino, 1, 1), 1).getDecision());
        finish(published(ino, 2, "etag"));
        rig.clock.advance(1_000);
        Task copy = take(3).stream().filter(Task::hasUpload).findFirst().orElseThrow();
        assertEquals("etag", copy.getUpload().getCopyFrom().getEtag());
    }

    private long closed() {
        long ino = rig.file(mount, Rig.ROOT, "f", 4);
        assertTrue(take(1).stream().anyMatch(Task::hasUpload));
        return ino;
    }

    private void rewrite(long ino) {
        OpenReply open = rig.open(mount, ino, true, false);
        rig.commit(mount, ino, 9, rig.clock.nanos() + 9);
        rig.release(mount, ino, open.getOpenSequence());
    }

    private FlushState state(long ino) {
        return rig.attributes(ino).getFlushState();
    }

    private PublishIntent intent(long ino, long generation, long number) {
        return PublishIntent.newBuilder()
                .setWorkspaceId(rig.ws)
                .setIno(ino)
                .setGeneration(generation)
                .setKey("f")
                .setTry(number)
                .build();
    }

    private List<Task> take(long oldestTry) {
        return take("w1", oldestTry);
    }

    private List<Task> take(String worker, long oldestTry) {
        return rig.metadata
                .tasks()
                .takeTasks(
                        TakeTasksRequest.newBuilder()
                                .setWorker(rig.identity(worker))
                                .setLimit(10)
                                .setOldestTry(oldestTry)
                                .build())
                .getTasksList();
    }

    private PublishVerdict begin(PublishIntent intent, long oldestTry) {
        return begin("w1", intent, oldestTry);
    }

    private PublishVerdict begin(String worker, PublishIntent intent, long oldestTry) {
        return rig.metadata
                .publication()
                .beginPublish(
                        BeginPublishRequest.newBuilder()
                                .setWorker(rig.identity(worker))
                                .addIntents(intent)
                                .setOldestTry(oldestTry)
                                .build())
                .getVerdicts(0);
    }

    private PublishOutcome published(long ino, long number, String etag) {
        return PublishOutcome.newBuilder()
                .setIntent(intent(ino, 1, number))
                .setPublished(PublishedObject.newBuilder().setEtag(etag).setSize(4))
                .build();
    }

    private void finish(PublishOutcome outcome) {
        rig.metadata
                .publication()
                .finishPublish(
                        FinishPublishRequest.newBuilder()
                                .setWorker(rig.identity("w1"))
                                .addOutcomes(outcome)
                                .build());
    }
}
