package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.admin.FileView;
import io.forebay.proto.DescribeStagedRequest;
import io.forebay.proto.EndTasksReply;
import io.forebay.proto.EndTasksRequest;
import io.forebay.proto.EndedTask;
import io.forebay.proto.FailedUpload;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.OpenReply;
import io.forebay.proto.StagedRef;
import io.forebay.proto.StagedVerdict;
import io.forebay.proto.TakeTasksReply;
import io.forebay.proto.TakeTasksRequest;
import io.forebay.proto.Task;
import io.forebay.proto.UploadTask;
import io.forebay.proto.WorkerIdentity;
import io.forebay.schema.Limits;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FlushTest {
    private final Rig rig = new Rig();
    private final Bucket bucket = new Bucket();
    private final SimWorker worker = rig.worker(bucket);
    private final long mount = rig.attach("n1");

    @Test
    void anUploadRestsBeforeItIsHandedOut() {
        long ino = file(Rig.ROOT, "f", "text");
        assertTrue(rig.take("w1").isEmpty());
        rig.clock.advance(1_000);
        Task task = rig.take("w1").getFirst();
        assertEquals("bucket", task.getLocation().getBucket());
        UploadTask upload = task.getUpload();
        assertEquals(ino, upload.getIno());
        assertEquals("f", upload.getKey());
        assertEquals(4, upload.getSize());
        assertEquals(0644, upload.getMode());
        assertEquals(FlushState.FLUSH_STATE_UPLOADING, rig.attributes(ino).getFlushState());
        assertTrue(rig.take("w1").isEmpty());
        rig.clock.advance(60_000);
        assertEquals(upload, rig.take("w1").getFirst().getUpload());
    }

    @Test
    void aNewProcessOfAWorkerTakesOverAndFencesTheOld() {
        file(Rig.ROOT, "f", "text");
        rig.clock.advance(1_000);
        assertEquals(1, rig.take("w1").size());
        WorkerIdentity old = rig.identity("w1");
        rig.register("w1", "n1");
        assertEquals(1, rig.take("w1").size());
        assertEquals(
                FailureKind.FAILURE_STALE,
                rig.metadata
                        .tasks()
                        .takeTasks(TakeTasksRequest.newBuilder().setWorker(old).build())
                        .getFailure());
    }

    @Test
    void aFailureIsShownAndRetriedLaterAndLater() {
        long ino = file(Rig.ROOT, "f", "text");
        long last = 0;
        for (int attempt = 1; attempt <= 4; attempt++) {
            rig.clock.advance(60_000);
            Task task = rig.take("w1").getFirst();
            assertEquals(attempt - 1, task.getAttempt());
            FailedUpload.Builder failed =
                    FailedUpload.newBuilder().setIno(ino).setGeneration(1).setMessage("no bucket");
            rig.end(
                    "w1",
                    EndedTask.newBuilder().setWorkspaceId(rig.ws).setFailedUpload(failed).build());
            FileView view = rig.inspect("f");
            assertEquals(FlushState.FLUSH_STATE_FAILED, view.attributes().getFlushState());
            assertEquals("no bucket", view.error());
            assertEquals(attempt, view.attempts());
            assertNotNull(view.nextRetry());
            long wait = view.nextRetry().toEpochMilli() - rig.clock.millis();
            assertTrue(wait >= 500L << (attempt - 1) && wait <= 1000L << (attempt - 1));
            assertTrue(wait > last / 2);
            last = wait;
        }
        rig.clock.advance(60_000);
        worker.drain();
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(ino).getFlushState());
        assertNull(rig.inspect("f").error());
    }

    @Test
    void aCleanFileStaysWithItsWorkerWhenTheControlPlaneWasAwayItself() {
        long ino = file(Rig.ROOT, "f", "text");
        flush();
        worker.evict(ino, 1);
        rig.clock.advance(15_000);
        OpenReply reply = rig.open(mount, ino, false, false);
        assertEquals(FailureKind.FAILURE_NONE, reply.getFailure());
        assertEquals("w1", Rig.claims(reply).getWorkerId());
    }

    @Test
    void aRenamedCleanFileIsCopiedAndItsOldObjectRemoved() {
        long ino = file(Rig.ROOT, "f", "text");
        flush();
        rig.rename(mount, Rig.ROOT, "f", Rig.ROOT, "g");
        Task task = rig.take("w1").stream().filter(Task::hasUpload).findFirst().orElseThrow();
        assertEquals("f", task.getUpload().getCopyFrom().getKey());
        rig.register("w1", "n1");
        flush();
        assertEquals(Map.of("g", "text"), objects());
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(ino).getFlushState());
        rig.rename(mount, Rig.ROOT, "g", Rig.ROOT, "h");
        rig.rename(mount, Rig.ROOT, "h", Rig.ROOT, "g");
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(ino).getFlushState());
    }

    @Test
    void evictedFilesThatChangePlacesBothArrive() {
        long a = file(Rig.ROOT, "a", "first");
        long b = file(Rig.ROOT, "b", "second");
        flush();
        worker.evict(a, 1);
        worker.evict(b, 1);
        rig.metadata
                .namespace()
                .rename(
                        rig.renaming(mount, Rig.ROOT, "a", Rig.ROOT, "b")
                                .setExchange(true)
                                .build());
        for (int i = 0; i < 10; i++) {
            flush();
        }
        assertEquals(Map.of("a", "second", "b", "first"), objects());
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(a).getFlushState());
        assertEquals(FlushState.FLUSH_STATE_CLEAN, rig.attributes(b).getFlushState());
    }

    @Test
    void theFilesBelowARenamedDirectoryFollow() {
        long d = rig.mkdir(mount, Rig.ROOT, "d").getAttributes().getIno();
        long e = rig.mkdir(mount, d, "e").getAttributes().getIno();
        for (int i = 0; i < 230; i++) {
            file(i % 2 == 0 ? d : e, "f" + i, "t" + i);
        }
        flush();
        assertEquals(230, objects().size());
        rig.rename(mount, Rig.ROOT, "d", Rig.ROOT, "x");
        assertFalse(settled("x/e/f1"));
        assertFalse(settled(""));
        assertEquals(
                FlushState.FLUSH_STATE_QUEUED, rig.inspect("x/e/f1").attributes().getFlushState());
        rig.tend();
        assertFalse(settled("x"));
        flush();
        assertTrue(settled("x"));
        assertTrue(objects().keySet().stream().allMatch(key -> key.startsWith("x/")));
        assertEquals("t1", objects().get("x/e/f1"));
    }

    @Test
    void anObjectThatSomebodyElseWroteStays() {
        bucket.putForeign("f", "foreign");
        long ino = file(Rig.ROOT, "f", "text");
        flush();
        assertEquals(FlushState.FLUSH_STATE_CONFLICT, rig.attributes(ino).getFlushState());
        assertNotNull(rig.inspect("f").error());
        rig.rename(mount, Rig.ROOT, "f", Rig.ROOT, "g");
        flush();
        assertEquals(Map.of("f", "foreign", "g", "text"), objects());
    }

    @Test
    void aPathThatNoKeyCanHoldWaitsForARename() {
        long at = Rig.ROOT;
        for (int i = 0; i < 5; i++) {
            at = rig.mkdir(mount, at, "d".repeat(250)).getAttributes().getIno();
        }
        long ino = file(at, "f", "text");
        flush();
        assertEquals(FlushState.FLUSH_STATE_FAILED, rig.attributes(ino).getFlushState());
        assertEquals(
                1, rig.metadata.barrier().pending(rig.ws, new byte[0], now()).failures().size());
        rig.rename(mount, at, "f", Rig.ROOT, "short");
        flush();
        assertEquals(Map.of("short", "text"), objects());
    }

    @Test
    void aFileThatNoObjectCanHoldWaitsUntilItIsCut() {
        long ino = rig.file(mount, Rig.ROOT, "f", Limits.OBJECT_BYTES_MAX + 1);
        worker.staged.put(ino, new SimWorker.Staged("text", 5));
        flush();
        assertEquals(FlushState.FLUSH_STATE_FAILED, rig.attributes(ino).getFlushState());
        OpenReply reply = rig.open(mount, ino, true, false);
        rig.commit(mount, ino, 4, 5);
        rig.release(mount, ino, reply.getOpenSequence());
        flush();
        assertEquals(Map.of("f", "text"), objects());
    }

    @Test
    void aBarrierSeesWhatWasClosedBeforeIt() {
        file(Rig.ROOT, "f", "text");
        rig.create(mount, Rig.ROOT, "open");
        long moment = now();
        rig.clock.advance(1);
        file(Rig.ROOT, "later", "text");
        assertEquals(1, rig.metadata.barrier().pending(rig.ws, new byte[0], moment).files());
        assertEquals(4, rig.metadata.barrier().pending(rig.ws, bytes("f"), moment).bytes());
        assertTrue(rig.metadata.barrier().pending(rig.ws, bytes("later"), moment).settled());
        assertTrue(rig.metadata.barrier().pending(rig.ws, bytes("none"), moment).settled());
        assertTrue(rig.take("w1").isEmpty());
        rig.metadata.barrier().expedite(rig.ws, bytes("/f"));
        worker.drain();
        assertEquals(Map.of("f", "text"), objects());
        assertTrue(rig.metadata.barrier().pending(rig.ws, new byte[0], moment).settled());
    }

    @Test
    void aBarrierWaitsForACloseWhoseReleaseIsStillToCome() {
        OpenReply open = rig.create(mount, Rig.ROOT, "f");
        long ino = open.getAttributes().getIno();
        rig.commit(mount, ino, 4, now(), false);
        assertTrue(settled("f"), "nobody waits for a writer that only committed");
        rig.commit(mount, ino, 4, now(), true);
        assertFalse(settled("f"));
        rig.commit(mount, ino, 4, now(), false);
        assertFalse(settled("f"));
        rig.release(mount, ino, open.getOpenSequence());
        assertFalse(settled("f"));
    }

    /** The release starts the flush delay, which nobody who waits wants to wait for. */
    @Test
    void aReleaseDuringTheWaitIsDueAtOnce() throws Exception {
        OpenReply open = rig.create(mount, Rig.ROOT, "f");
        long ino = open.getAttributes().getIno();
        worker.staged.put(ino, new SimWorker.Staged("text", 1));
        rig.commit(mount, ino, 4, now(), true);
        CountDownLatch looked = new CountDownLatch(1);
        long moment = now();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> settled =
                    threads.submit(() -> {
                        looked.countDown();
                        return rig.metadata
                                .barrier()
                                .await(rig.ws, new byte[0], moment, 60_000)
                                .settled();
                    });
            looked.await();
            rig.release(mount, ino, open.getOpenSequence());
            while (!settled.isDone()) {
                worker.drain();
            }
            assertTrue(settled.get());
        }
        assertEquals(moment, now(), "the delay has not passed");
    }

    @Test
    void waitingForWorkEndsWithWork() throws InterruptedException {
        assertEquals(0, rig.await("w1", 0, () -> {}).getTasksCount());
        file(Rig.ROOT, "f", "text"); // due in a second
        int[] looks = {0};
        TakeTasksReply reply =
                rig.await(
                        "w1",
                        600_000,
                        () -> {
                            looks[0]++;
                            rig.clock.advance(100); // looks again when it is due, not at the end
                        });
        assertEquals(1, reply.getTasksCount());
        assertTrue(looks[0] <= 10, "looks: " + looks[0]);
    }

    @Test
    void waitingForWorkEndsWithWhoAsked() {
        assertThrows(
                CancellationException.class,
                () ->
                        rig.await(
                                "w1",
                                600_000,
                                () -> {
                                    throw new CancellationException();
                                }));
    }

    @Test
    void aBarrierWaitsForWhatCanStillGoOn() throws Exception {
        for (int i = 0; i < 9; i++) {
            file(Rig.ROOT, "f" + i, "text");
        }
        long moment = rig.clock.millis();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> draining =
                    threads.submit(() -> {
                        rig.metadata.barrier().expedite(rig.ws, new byte[0]);
                        worker.drain();
                    });
            assertTrue(rig.metadata.barrier().await(rig.ws, new byte[0], moment, 60_000).settled());
            draining.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void aWorkerLearnsWhatOfItsDiskIsNeeded() {
        long clean = file(Rig.ROOT, "clean", "text");
        flush();
        long dirty = file(Rig.ROOT, "dirty", "text");
        long evicted = file(Rig.ROOT, "evicted", "text");
        flush();
        worker.evict(evicted, 1);
        rig.open(mount, dirty, true, false);
        List<StagedVerdict> verdicts =
                rig.metadata
                        .stagedFiles()
                        .describeStaged(
                                DescribeStagedRequest.newBuilder()
                                        .setWorker(rig.identity("w1"))
                                        .addFiles(ref(clean))
                                        .addFiles(ref(dirty))
                                        .addFiles(ref(evicted))
                                        .addFiles(ref(999))
                                        .addFiles(ref(Long.MAX_VALUE))
                                        .build())
                        .getVerdictsList();
        assertEquals(
                List.of(
                        StagedVerdict.Need.NEED_CLEAN,
                        StagedVerdict.Need.NEED_DIRTY,
                        StagedVerdict.Need.NEED_NONE,
                        StagedVerdict.Need.NEED_NONE,
                        StagedVerdict.Need.NEED_DIRTY), // of newer metadata
                verdicts.stream().map(StagedVerdict::getNeed).toList());
    }

    @Test
    void anEvictionByPathReachesTheFilesBelow() {
        long d = rig.mkdir(mount, Rig.ROOT, "d").getAttributes().getIno();
        long in = file(d, "in", "text");
        long out = file(Rig.ROOT, "out", "text");
        flush();
        assertEquals(1, rig.metadata.inspection().evict(rig.ws, bytes("d")));
        worker.drain();
        assertFalse(worker.staged.containsKey(in));
        assertTrue(worker.staged.containsKey(out));
        assertEquals(1, rig.metadata.inspection().evict(rig.ws, bytes("out")));
        assertEquals(0, rig.metadata.inspection().evict(rig.ws, bytes("none")));
    }

    @Test
    void whatConcernsAWorkspaceThatIsGoneStopsNothing() {
        long ino = file(Rig.ROOT, "f", "text");
        rig.clock.advance(1_000);
        rig.take("w1");
        FailedUpload.Builder failed =
                FailedUpload.newBuilder().setIno(ino).setGeneration(1).setMessage("no bucket");
        EndTasksReply reply =
                rig.metadata
                        .tasks()
                        .endTasks(
                                EndTasksRequest.newBuilder()
                                        .setWorker(rig.identity("w1"))
                                        .addTasks(EndedTask.newBuilder().setWorkspaceId(99))
                                        .addTasks(
                                                EndedTask.newBuilder()
                                                        .setWorkspaceId(rig.ws)
                                                        .setFailedUpload(failed))
                                        .build());
        assertEquals(FailureKind.FAILURE_NONE, reply.getFailure());
        assertEquals(FlushState.FLUSH_STATE_FAILED, rig.attributes(ino).getFlushState());
    }

    private StagedRef ref(long ino) {
        return StagedRef.newBuilder().setWorkspaceId(rig.ws).setIno(ino).build();
    }

    private boolean settled(String path) {
        return rig.metadata.barrier().pending(rig.ws, bytes(path), now()).settled();
    }

    private long now() {
        return rig.clock.millis();
    }

    private static byte[] bytes(String text) {
        return Rig.bytes(text).toByteArray();
    }

    private Map<String, String> objects() {
        Map<String, String> objects = new TreeMap<>();
        bucket.objects.forEach((key, object) -> objects.put(key, object.content()));
        return objects;
    }

    private void flush() {
        rig.clock.advance(1_000);
        rig.heartbeat("w1");
        rig.tend();
        worker.drain();
    }

    private long file(long parent, String name, String content) {
        long ino = rig.file(mount, parent, name, content.length());
        worker.staged.put(ino, new SimWorker.Staged(content, 1));
        return ino;
    }
}
