package io.forebay.metadata.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Rig;
import io.forebay.proto.FailureKind;
import io.forebay.proto.ImportTask;
import io.forebay.proto.ImportedPage;
import io.forebay.schema.ForebayException;
import org.junit.jupiter.api.Test;

/** An import from its start to its end, whoever dies meanwhile. */
final class ImportsTest {
    private final Rig rig = new Rig();
    private final Lister bucket = new Lister(rig);

    @Test
    void manyObjectsComePageByPage() {
        for (int i = 0; i < 1_050; i++) {
            bucket.put("d%03d/f%04d".formatted(i / 7, i), i);
        }
        rig.metadata.imports().start(rig.ws, 0, 0);
        assertEquals(ImportView.State.RUNNING, bucket.last().state());
        assertTrue(bucket.finish("w1") > 5);
        ImportView done = bucket.last();
        assertEquals(ImportView.State.DONE, done.state());
        assertNotNull(done.ended());
        assertEquals(1_050, done.files());
        assertEquals(150, done.directories());
        assertEquals(1_201, rig.metadata.workspaces().usage(rig.ws).inodes());
    }

    @Test
    void aSecondOneFindsEverythingThere() {
        bucket.put("a/b/c", 1);
        bucket.put("a/b/", 0);
        bucket.put("x", 2);
        ImportView first = bucket.run();
        assertEquals(2, first.files());
        assertEquals(2, first.directories());
        assertEquals(0, first.present());
        bucket.put("new", 3);
        ImportView second = bucket.run();
        assertEquals(1, second.files());
        assertEquals(0, second.directories());
        assertEquals(3, second.present());
        assertEquals(0, second.skipped());
    }

    @Test
    void anEmptyBucketIsDoneAtOnce() {
        ImportView done = bucket.run();
        assertEquals(ImportView.State.DONE, done.state());
        assertEquals(0, done.files() + done.present() + done.skipped());
    }

    @Test
    void whatIsSaidTwiceCountsOnce() {
        bucket.pageMax = 1;
        bucket.put("a", 1);
        bucket.put("b", 2);
        rig.metadata.imports().start(rig.ws, 0, 0);
        ImportedPage.Builder page = bucket.page(bucket.taken("w1").orElseThrow());
        bucket.end("w1", page);
        bucket.end("w1", page);
        assertEquals(1, bucket.last().files());
        assertEquals(0, bucket.last().present());
        bucket.finish("w1");
        assertEquals(2, bucket.last().files());
        bucket.end("w1", page);
        assertEquals(ImportView.State.DONE, bucket.last().state());
        assertEquals(2, bucket.last().files());
    }

    /** Each page is a transaction: what was done before the worker died is not done again. */
    @Test
    void aWorkerThatStartsAgainGoesOn() {
        bucket.pageMax = 1;
        bucket.put("a", 1);
        bucket.put("b", 2);
        bucket.put("c", 3);
        rig.metadata.imports().start(rig.ws, 0, 0);
        bucket.end("w1", bucket.page(bucket.taken("w1").orElseThrow()));
        assertTrue(bucket.taken("w1").isPresent());
        rig.register("w1", "n1");
        assertEquals("a", bucket.taken("w1").orElseThrow().getAfter());
        rig.register("w1", "n1");
        bucket.finish("w1");
        assertEquals(3, bucket.last().files());
        assertEquals(0, bucket.last().present());
    }

    @Test
    void anotherWorkerGoesOnForOneThatIsGone() {
        rig.register("w2", "n2");
        bucket.pageMax = 1;
        bucket.put("a", 1);
        bucket.put("b", 2);
        rig.metadata.imports().start(rig.ws, 0, 0);
        String first = bucket.taken("w1").isPresent() ? "w1" : "w2";
        String other = first.equals("w1") ? "w2" : "w1";
        bucket.end(first, bucket.page(ImportTask.newBuilder().setLimit(1).build()));
        ImportedPage.Builder late = bucket.page(bucket.taken(first).orElseThrow());
        rig.clock.advance(60_000);
        rig.heartbeat(other);
        rig.metadata.imports().start(rig.ws, 0, 0);
        bucket.end(first, late);
        assertEquals(1, bucket.last().files(), "it is not its import any more");
        bucket.finish(other);
        assertEquals(2, bucket.last().files());
        assertEquals(ImportView.State.DONE, bucket.last().state());
    }

    @Test
    void aStoreThatIsAwayIsAskedAgain() {
        bucket.put("a", 1);
        rig.metadata.imports().start(rig.ws, 0, 0);
        ImportTask task = bucket.taken("w1").orElseThrow();
        bucket.fails("w1", task, FailureKind.FAILURE_UNAVAILABLE);
        assertEquals(ImportView.State.RUNNING, bucket.last().state());
        assertEquals("said FAILURE_UNAVAILABLE", bucket.last().message());
        assertTrue(bucket.taken("w1").isEmpty(), "not at once");
        rig.clock.advance(5_000);
        bucket.finish("w1");
        assertEquals(ImportView.State.DONE, bucket.last().state());
        assertEquals("", bucket.last().message());
        assertEquals(1, bucket.last().files());
    }

    @Test
    void whatDoesNotPassEndsItUntilItIsStartedAgain() {
        bucket.pageMax = 1;
        bucket.put("a", 1);
        bucket.put("b", 2);
        rig.metadata.imports().start(rig.ws, 0, 0);
        bucket.end("w1", bucket.page(bucket.taken("w1").orElseThrow()));
        bucket.fails("w1", bucket.taken("w1").orElseThrow(), FailureKind.FAILURE_PERMISSION);
        assertEquals(ImportView.State.FAILED, bucket.last().state());
        rig.clock.advance(60_000);
        rig.heartbeat("w1");
        assertTrue(bucket.taken("w1").isEmpty());
        assertEquals("said FAILURE_PERMISSION", bucket.last().message());

        ImportView resumed = rig.metadata.imports().start(rig.ws, 0, 0);
        assertEquals(1, resumed.files());
        bucket.finish("w1");
        assertEquals(2, bucket.last().files());
        assertEquals(0, bucket.last().present());
        assertEquals(ImportView.State.DONE, bucket.last().state());
    }

    @Test
    void withoutAWorkerThereIsNone() {
        rig.clock.advance(60_000);
        ForebayException refused =
                assertThrows(
                        ForebayException.class, () -> rig.metadata.imports().start(rig.ws, 0, 0));
        assertEquals(FailureKind.FAILURE_UNAVAILABLE, refused.kind());
        assertFalse(rig.metadata.imports().find(rig.ws).isPresent());
    }
}
