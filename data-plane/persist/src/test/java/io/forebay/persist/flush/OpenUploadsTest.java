package io.forebay.persist.flush;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.persist.Crc32c;
import io.forebay.persist.FaultyObjectStore;
import io.forebay.persist.InMemoryObjectStore;
import io.forebay.persist.ListedUpload;
import io.forebay.persist.MultipartUpload;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.Slice;
import io.forebay.proto.EndedTask;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict;
import io.forebay.proto.RemoveObjectTask;
import io.forebay.proto.RemovedObject;
import io.forebay.proto.Task;
import io.forebay.proto.UploadTask;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No multipart upload is begun twice, and none is left. */
final class OpenUploadsTest {
    private static final int MIB = 1 << 20;
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir Path directory;
    private final InMemoryObjectStore bucket = new InMemoryObjectStore();
    private final FaultyObjectStore faulty = new FaultyObjectStore(bucket, 1);
    private final FakeControl control = new FakeControl();
    private final List<FlushEngine> engines = new ArrayList<>();
    private FakeStaged staged = new FakeStaged(Path.of("/nonexistent"));

    @BeforeEach
    void prepare() {
        staged = new FakeStaged(directory);
    }

    @AfterEach
    void stop() {
        engines.forEach(FlushEngine::close);
    }

    @Test
    void anUploadIsToldBeforeItsFirstPart() {
        byte[] bytes = stage(5, 20 * MIB);
        List<Integer> told = new CopyOnWriteArrayList<>();
        faulty.beforeEachPart(_ -> told.add(control.told().size()));
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        start(faulty, HOUR);
        control.await(() -> control.isClean(5));
        assertEquals(List.of(1, 1, 1), told);
        assertEquals(Set.of(), control.told(), "it is completed");
        assertEquals(0, control.unbegun());
    }

    @Test
    void whoTakesOverFromOneThatDiedSendsTheMissingPartAlone() {
        byte[] bytes = stage(5, 20 * MIB);
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch later = new CountDownLatch(1);
        List<Integer> first = new CopyOnWriteArrayList<>();
        faulty.beforeEachPart(number -> {
            if (number == 3) {
                await(arrived, first, 2);
                await(later);
            }
        });
        faulty.afterEachPart(() -> first.add(1));
        UploadTask task = FakeControl.upload(5, 1, bytes.length);
        control.enqueue(task);
        Dying dying = new Dying(control);
        start(dying, faulty, HOUR);
        await(arrived);
        dying.dead = true;
        String id = control.told().iterator().next();
        FaultyObjectStore other = new FaultyObjectStore(bucket, 1);
        List<Integer> second = new CopyOnWriteArrayList<>();
        other.beforeEachPart(second::add);
        control.enqueue(task.toBuilder().setUploadId(id).build());
        start(other, HOUR);
        control.await(() -> control.isClean(5));
        assertEquals(List.of(3), second);
        assertArrayEquals(bytes, bucket.bytes(ref(5)).orElseThrow());
        control.doNotRetry();
        later.countDown();
        engines.forEach(FlushEngine::close);
        assertArrayEquals(bytes, bucket.bytes(ref(5)).orElseThrow());
        assertEquals(0, bucket.openUploads());
        assertEquals(1, bucket.history().size());
    }

    @Test
    void whatIsNotGoneOnWithIsAbortedAndTold() {
        byte[] bytes = stage(5, 9 * MIB);
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        control.newGeneration(FakeControl.upload(5, 2, bytes.length));
        start(bucket, HOUR);
        control.await(() -> control.batches.size() == 1 && isIdle());
        assertEquals(0, bucket.openUploads());
        assertEquals(Set.of(), control.told());
    }

    @Test
    void aTryThatComesToNoUploadSaysSo() {
        control.doNotRetry();
        UploadTask.Builder work = FakeControl.upload(5, 1, 9 * MIB).toBuilder();
        control.enqueue(work.setAllowedMillis(1).build()); // nothing is staged
        start(bucket, HOUR);
        control.await(() -> !control.ended.isEmpty());
        assertEquals(1, control.unbegun());
        stage(6, 10);
        control.enqueue(FakeControl.upload(6, 1, 10));
        control.await(() -> control.isClean(6));
        assertEquals(1, control.unbegun(), "of a small file nobody expects one");
    }

    @Test
    void bytesWhoseEtagALateRequestNamesAreSentInAnotherForm() throws Exception {
        byte[] bytes = stage(5, 1000);
        String md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        control.avoids("file-5", md5);
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        start(bucket, HOUR);
        control.await(() -> control.isClean(5));
        String why = control.outcomes.getFirst().getFailed().getMessage();
        assertTrue(why.contains("may still be on its way"), why);
        assertTrue(control.lastPublished().getChecksum().endsWith("-1"), "in one part");
        assertArrayEquals(bytes, bucket.bytes(ref(5)).orElseThrow());
        assertEquals(1, bucket.history().size(), "it never was there in the first form");
    }

    @Test
    void earlierUploadsOfTheKeyAreAbortedFirst() {
        byte[] bytes = stage(5, 100);
        MultipartUpload earlier = bucket.begin(ref(5), Map.of());
        control.enqueue(
                FakeControl.upload(5, 2, bytes.length).toBuilder()
                        .addAbortUploads(earlier.id())
                        .addAbortUploads("gone-already")
                        .build());
        start(bucket, HOUR);
        control.await(() -> control.isClean(5));
        assertEquals(0, bucket.openUploads());
    }

    @Test
    void aRemovalAbortsFirstWhatCouldMakeTheObjectAgain() {
        String etag = bucket.overwrite(ref(5), new byte[] {1});
        MultipartUpload earlier = bucket.begin(ref(5), Map.of());
        control.enqueue(removal(work -> work.setExpectedEtag(etag).addAbortUploads(earlier.id())));
        start(bucket, HOUR);
        control.await(() -> control.ended.size() == 1);
        RemovedObject removed = control.ended.getFirst().getRemovedObject();
        assertTrue(removed.getDone());
        assertEquals(List.of(earlier.id()), removed.getAbortedUploadsList());
        assertEquals(0, bucket.openUploads());
        assertEquals(Optional.empty(), bucket.bytes(ref(5)));
    }

    @Test
    void ofUntoldUploadsThoseAreAbortedThatCanOnlyBeOurs() throws IOException {
        bucket.overwrite(ref(5), new byte[] {1});
        stage(5, 10);
        MultipartUpload ours = bucket.begin(ref(5), Map.of());
        MultipartUpload known = bucket.begin(ref(5), Map.of());
        MultipartUpload withParts = bucket.begin(ref(5), Map.of());
        MultipartUpload elsewhere = bucket.begin(ref(55), Map.of());
        try (StagedFile file = staged.open(7, 5).orElseThrow()) {
            int crc = Crc32c.of(file.channel(), 0, 10);
            bucket.uploadPart(withParts, 1, new Slice(file.channel(), 0, 10, crc));
        }
        long now = System.currentTimeMillis();
        start(bucket, HOUR);
        control.enqueue(untold(now - HOUR.toMillis() / 2, known));
        control.await(() -> control.ended.size() == 1);
        assertFalse(control.ended.getFirst().getRemovedObject().getDone(), "too early to look");
        control.enqueue(untold(now - 3 * HOUR.toMillis(), known));
        control.await(() -> control.ended.size() == 2);
        assertEquals(4, bucket.openUploads(), "none is of that time");
        engines.forEach(FlushEngine::close);
        start(bucket, Duration.ofMinutes(10));
        control.enqueue(untold(now - HOUR.toMillis() / 5, known));
        control.await(() -> control.ended.size() == 3);
        assertTrue(control.ended.getLast().getRemovedObject().getDone());
        assertEquals(Set.of(known, withParts), uploads(5), "and not " + ours);
        assertEquals(Set.of(elsewhere), uploads(55));
        assertTrue(bucket.bytes(ref(5)).isPresent(), "the object stays");
    }

    private Set<MultipartUpload> uploads(long ino) {
        return Set.copyOf(bucket.listUploads(ref(ino)).stream().map(ListedUpload::upload).toList());
    }

    private static Task untold(long millis, MultipartUpload known) {
        return removal(work ->
                work.setUploadsOnly(true)
                        .setUntoldSinceMillis(millis)
                        .setUntoldUntilMillis(millis)
                        .addKnownUploads(known.id()));
    }

    private static Task removal(UnaryOperator<RemoveObjectTask.Builder> more) {
        RemoveObjectTask.Builder work = RemoveObjectTask.newBuilder().setKey("file-5");
        return Task.newBuilder().setRemoveObject(more.apply(work)).build();
    }

    /** Once there are so many, the latch goes. */
    private static void await(CountDownLatch latch, List<Integer> list, int count) {
        for (int i = 0; i < 3_000 && list.size() < count; i++) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        latch.countDown();
    }

    private static void await(CountDownLatch latch) {
        assertTrue(await(latch, Duration.ofSeconds(30)), "waited too long");
    }

    private static boolean await(CountDownLatch latch, Duration most) {
        try {
            return latch.await(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A control plane that a process asks for nothing more. */
    private static final class Dying implements FlushControl {
        private final FakeControl control;
        private volatile boolean dead;

        Dying(FakeControl control) {
            this.control = control;
        }

        @Override
        public List<Task> takeTasks(int limit, Duration wait, long oldestTry) {
            List<Task> taken = control.takeTasks(limit, wait, oldestTry);
            if (dead) {
                taken.forEach(control::enqueue);
                OpenUploadsTest.await(new CountDownLatch(1), wait);
                return List.of();
            }
            return taken;
        }

        @Override
        public List<PublishVerdict> beginPublish(List<PublishIntent> intents, long oldestTry) {
            return control.beginPublish(intents, oldestTry);
        }

        @Override
        public void finishPublish(List<PublishOutcome> outcomes) {
            control.finishPublish(outcomes);
        }

        @Override
        public void endTasks(List<EndedTask> tasks) {
            control.endTasks(tasks);
        }
    }

    private void start(ObjectStore store, Duration untoldAge) {
        start(control, store, untoldAge);
    }

    private void start(FlushControl told, ObjectStore store, Duration untoldAge) {
        FlushSettings settings =
                new FlushSettings(
                        16,
                        4,
                        Duration.ofMillis(50),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        InstantSource.system(),
                        Thread.ofPlatform().daemon().factory(),
                        untoldAge);
        FlushEngine engine = new FlushEngine(told, staged, store, FlushListener.none(), settings);
        engines.add(engine);
        engine.start();
    }

    private boolean isIdle() {
        return engines.stream().allMatch(each -> each.inFlight() == 0);
    }

    private byte[] stage(long ino, int size) {
        byte[] bytes = new byte[size];
        new Random(ino + size).nextBytes(bytes);
        staged.write(ino, bytes);
        return bytes;
    }

    private static ObjectRef ref(long ino) {
        return ObjectRef.of(FakeControl.LOCATION, "file-" + ino);
    }
}
