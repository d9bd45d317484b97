package io.forebay.persist.flush;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.forebay.persist.Condition;
import io.forebay.persist.Crc32c;
import io.forebay.persist.FaultyObjectStore;
import io.forebay.persist.InMemoryObjectStore;
import io.forebay.persist.MultipartUpload;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.PartPlan;
import io.forebay.persist.Slice;
import io.forebay.proto.DropStagedTask;
import io.forebay.proto.EndedTask;
import io.forebay.proto.EvictTask;
import io.forebay.proto.NodeType;
import io.forebay.proto.ProbeTask;
import io.forebay.proto.PublishedObject;
import io.forebay.proto.RemoveObjectTask;
import io.forebay.proto.SettleTask;
import io.forebay.proto.Task;
import io.forebay.proto.UnknownPut;
import io.forebay.proto.UploadTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each branch of the engine, against a store in memory and a control plane in miniature. */
final class FlushEngineTest {
    private static final int MIB = 1 << 20;

    @TempDir Path directory;
    private final InMemoryObjectStore bucket = new InMemoryObjectStore();
    private final FaultyObjectStore faulty = new FaultyObjectStore(bucket, 1);
    private final FakeControl control = new FakeControl();
    private final AtomicLong sentBytes = new AtomicLong();

    /** How the ends of uploads went, as the listener was told. */
    private final List<String> completions = new CopyOnWriteArrayList<>();

    private FakeStaged staged = new FakeStaged(Path.of("/nonexistent"));
    private Optional<FlushEngine> engine = Optional.empty();

    @BeforeEach
    void prepare() {
        staged = new FakeStaged(directory);
    }

    @AfterEach
    void stop() {
        engine.ifPresent(FlushEngine::close);
    }

    @Test
    void aSmallFileBecomesAnObjectWithItsAttributes() {
        byte[] bytes = stage(5, 1000);
        control.enqueue(FakeControl.upload(5, 3, bytes.length));
        start(bucket);
        control.await(() -> control.isClean(5));
        assertArrayEquals(bytes, object(5).orElseThrow());
        Map<String, String> metadata = bucket.head(ref(5)).orElseThrow().metadata();
        assertEquals("0100644", metadata.get("mode"));
        assertEquals("5", metadata.get("forebay-inode"));
        assertEquals("3", metadata.get("forebay-generation"));
        assertEquals("CRC32C:" + Crc32c.header(Crc32c.of(bytes)), checksum());
    }

    @Test
    void anEmptyFileBecomesAnEmptyObject() {
        stage(5, 0);
        control.enqueue(FakeControl.upload(5, 1, 0));
        start(bucket);
        control.await(() -> control.isClean(5));
        assertEquals(0, object(5).orElseThrow().length);
    }

    /** A symbolic link, of which nothing is staged. */
    @Test
    void contentThatIsInTheTaskIsStored() {
        UploadTask link =
                FakeControl.upload(5, 1, 6).toBuilder()
                        .setContent(ByteString.copyFromUtf8("target"))
                        .setType(NodeType.NODE_TYPE_SYMLINK)
                        .build();
        control.enqueue(link);
        start(bucket);
        control.await(() -> control.isClean(5));
        assertEquals("target", new String(object(5).orElseThrow(), StandardCharsets.UTF_8));
        assertEquals("0120644", bucket.head(ref(5)).orElseThrow().metadata().get("mode"));
    }

    @Test
    void aLargeFileIsSentInParts() {
        byte[] bytes = stage(5, 20 * MIB + 3);
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        start(bucket);
        control.await(() -> control.isClean(5) && engineIsIdle());
        assertArrayEquals(bytes, object(5).orElseThrow());
        assertTrue(checksum().endsWith("-3"), checksum());
        assertEquals(0, bucket.openUploads());
        assertEquals(bytes.length, sentBytes.get());
        assertEquals(List.of("done"), completions);
    }

    @Test
    void anInterruptedUploadIsResumedFromItsParts() throws IOException {
        byte[] bytes = stage(5, 20 * MIB);
        PartPlan plan = PartPlan.of(bytes.length);
        UploadTask task = FakeControl.upload(5, 1, bytes.length);
        Map<String, String> metadata = Upload.of(FakeControl.task(task), 1).metadata();
        MultipartUpload upload = bucket.begin(ref(5), metadata);
        try (StagedFile file = staged.open(7, 5).orElseThrow()) {
            bucket.uploadPart(upload, 2, slice(file.channel(), plan.offset(2), plan.length(2)));
            // This part has other bytes than the file has now.
            bucket.uploadPart(upload, 3, slice(file.channel(), 1, plan.length(3)));
        }
        control.enqueue(task.toBuilder().setUploadId(upload.id()).build());
        start(bucket);
        control.await(() -> control.isClean(5) && engineIsIdle());
        assertArrayEquals(bytes, object(5).orElseThrow());
        assertEquals(bytes.length - plan.length(2), sentBytes.get());
        assertEquals(0, bucket.openUploads());
    }

    @Test
    void anUploadThatWasCompletedWithoutOurLearningOfItIsOnlyAcknowledged() {
        byte[] bytes = stage(5, 9 * MIB);
        UploadTask task = FakeControl.upload(5, 1, bytes.length);
        control.enqueue(task);
        start(bucket);
        control.await(() -> control.isClean(5));
        control.knows("file-5", "");
        control.enqueue(task.toBuilder().setUploadId("upload-gone").build());
        control.await(() -> control.isClean(5));
        assertEquals(1, bucket.history().size(), "the object was made once");
    }

    @Test
    void aStaleUploadLeavesNothing() {
        byte[] bytes = stage(5, 9 * MIB);
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        control.newGeneration(FakeControl.upload(5, 2, bytes.length));
        start(bucket);
        control.await(() -> control.batches.size() == 1 && engineIsIdle());
        assertEquals(Optional.empty(), object(5));
        assertEquals(0, bucket.openUploads());
        assertTrue(control.outcomes.isEmpty() && control.ended.isEmpty());
    }

    @Test
    void aBusyKeyIsAskedForAgain() {
        byte[] bytes = stage(5, 10);
        control.busyFor(3);
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        start(bucket);
        control.await(() -> control.isClean(5));
        assertEquals(4, control.batches.size());
    }

    @Test
    void aKeyThatStaysBusyIsGivenBack() {
        byte[] bytes = stage(5, 10);
        control.busyFor(1000);
        control.doNotRetry();
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        start(bucket);
        control.await(() -> !control.ended.isEmpty());
        assertTrue(control.ended.getFirst().getFailedUpload().getMessage().contains("busy"));
    }

    @Test
    void somebodyElsesObjectIsAConflictAndStays() {
        byte[] bytes = stage(5, 10);
        bucket.overwrite(ref(5), new byte[] {1, 2, 3});
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        start(bucket);
        control.await(() -> control.isConflict(5));
        assertArrayEquals(new byte[] {1, 2, 3}, object(5).orElseThrow());
        assertEquals(List.of("Somebody else wrote the object."), completions);
    }

    @Test
    void anObjectThatSomebodyElseDeletedIsAConflict() {
        byte[] bytes = stage(5, 9 * MIB);
        control.knows("file-5", "etag-of-before");
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        start(bucket);
        control.await(() -> control.isConflict(5));
        assertEquals(Optional.empty(), object(5));
        assertEquals(0, bucket.openUploads());
    }

    @Test
    void anObjectOfOursIsRecognisedWhenItsAnswerWasLost() {
        byte[] bytes = stage(5, 10);
        faulty.loseAnswerOfNextWrite();
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        start(faulty);
        control.await(() -> control.isClean(5));
        assertEquals(1, control.outcomes.size(), "known at once, by its metadata");
        assertEquals(1, bucket.history().size());
    }

    @Test
    void anObjectOfAnEarlierUnknownPutOfOursIsReplaced() throws IOException {
        stage(5, 10);
        Map<String, String> before =
                Upload.of(FakeControl.task(FakeControl.upload(5, 1, 10)), 1).metadata();
        try (StagedFile file = staged.open(7, 5).orElseThrow()) {
            bucket.put(ref(5), slice(file.channel(), 0, 10), before, new Condition.Absent());
        }
        byte[] bytes = stage(5, 20);
        control.unknownPut("file-5", UnknownPut.newBuilder().setIno(5).setGeneration(1).build());
        control.enqueue(FakeControl.upload(5, 2, 20));
        start(bucket);
        control.await(() -> control.isClean(5));
        assertArrayEquals(bytes, object(5).orElseThrow());
    }

    @Test
    void aFileOfAnotherSizeIsNotSent() {
        stage(5, 10);
        control.doNotRetry();
        control.enqueue(FakeControl.upload(5, 1, 11));
        start(bucket);
        control.await(() -> !control.ended.isEmpty());
        assertTrue(control.ended.getFirst().getFailedUpload().getMessage().contains("size"));
        assertTrue(bucket.history().isEmpty());
        assertTrue(completions.isEmpty(), "the key was not asked for");
    }

    @Test
    void aFileThatChangesWhileItIsReadIsNotPublished() {
        stage(5, 10);
        AtomicLong looks = new AtomicLong();
        staged.onStamp(() -> {
            if (looks.incrementAndGet() == 2) {
                stage(5, 12);
            }
        });
        control.doNotRetry();
        control.enqueue(FakeControl.upload(5, 1, 10));
        start(bucket);
        control.await(() -> !control.ended.isEmpty());
        assertTrue(control.ended.getFirst().getFailedUpload().getMessage().contains("changed"));
        assertTrue(bucket.history().isEmpty());
    }

    @Test
    void bytesThatAreNotHereAreAFailureThatSaysSo() {
        control.doNotRetry();
        control.enqueue(FakeControl.upload(5, 1, 10));
        start(bucket);
        control.await(() -> !control.ended.isEmpty());
        assertTrue(
                control.ended.getFirst().getFailedUpload().getMessage().contains("does not have"));
    }

    @Test
    void aCopyIsMadeByTheStore() {
        byte[] bytes = stage(5, 9 * MIB);
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        start(bucket);
        control.await(() -> control.isClean(5) && engineIsIdle());
        sentBytes.set(0);
        UploadTask copy = FakeControl.upload(6, 1, bytes.length);
        control.enqueue(FakeControl.copy(copy, "file-5", control.etag("file-5")));
        control.await(() -> control.isClean(6) && engineIsIdle());
        assertArrayEquals(bytes, object(6).orElseThrow());
        assertEquals("6", bucket.head(ref(6)).orElseThrow().metadata().get("forebay-inode"));
        assertEquals(0, sentBytes.get());
    }

    @Test
    void aCopyWhoseSourceIsGoneIsSentFromTheStagedBytes() {
        byte[] bytes = stage(6, 100);
        control.enqueue(FakeControl.copy(FakeControl.upload(6, 1, bytes.length), "file-5", "gone"));
        start(bucket);
        control.await(() -> control.isClean(6));
        assertArrayEquals(bytes, object(6).orElseThrow());
        assertEquals(0, bucket.openUploads());
    }

    @Test
    void aTaskThatIsHandedOutTwiceRunsOnce() {
        byte[] bytes = stage(5, 10);
        control.busyFor(2);
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        start(bucket);
        control.await(() -> control.isClean(5) && engineIsIdle());
        assertEquals(1, control.outcomes.size());
    }

    @Test
    void onlyOurObjectIsRemoved() {
        String etag = bucket.overwrite(ref(5), new byte[] {1});
        bucket.overwrite(ref(6), new byte[] {2});
        control.enqueue(remove(5, etag));
        control.enqueue(remove(6, etag));
        control.enqueue(remove(9, etag));
        start(bucket);
        control.await(() -> control.ended.size() == 3);
        assertEquals(Optional.empty(), object(5));
        assertTrue(object(6).isPresent());
        for (EndedTask ended : control.ended) {
            boolean other = ended.getRemovedObject().getKey().equals("file-6");
            assertEquals(!other, ended.getRemovedObject().getDone());
            assertEquals(other, ended.getRemovedObject().getConflict());
        }
    }

    @Test
    void stagedFilesAreDroppedEvictedAndSettled() {
        stage(5, 10);
        stage(6, 10);
        stage(8, 77);
        control.enqueue(
                Task.newBuilder().setDropStaged(DropStagedTask.newBuilder().setIno(5)).build());
        control.enqueue(Task.newBuilder().setEvict(EvictTask.newBuilder().setIno(6)).build());
        control.enqueue(Task.newBuilder().setSettle(SettleTask.newBuilder().setIno(8)).build());
        control.enqueue(Task.newBuilder().setProbe(ProbeTask.newBuilder()).build());
        start(bucket);
        control.await(() -> control.ended.size() == 3 && engineIsIdle());
        assertFalse(staged.has(5));
        assertFalse(staged.has(6));
        assertTrue(control.ended.stream().anyMatch(each -> each.getSettled().getSize() == 77));
        assertTrue(control.ended.stream().anyMatch(EndedTask::hasProbe));
    }

    @Test
    void anEvictionThatIsRefusedKeepsTheFileAndIsReported() {
        stage(6, 10);
        staged.refuseEviction();
        control.enqueue(Task.newBuilder().setEvict(EvictTask.newBuilder().setIno(6)).build());
        start(bucket);
        control.await(() -> !control.ended.isEmpty());
        assertTrue(staged.has(6));
        assertEquals(6, control.ended.getFirst().getEvictRefusedIno());
    }

    @Test
    void aTryIsOverWhenItWasReportedOrCannotBe() {
        byte[] bytes = stage(5, 10);
        control.busyFor(3);
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        start(bucket);
        control.await(() -> control.oldestTry() == 2);
        assertTrue(control.isClean(5));
        control.deafen();
        stage(6, 10);
        control.enqueue(FakeControl.upload(6, 1, bytes.length));
        control.await(() -> control.oldestTry() == 3);
        assertTrue(object(6).isPresent());
        assertFalse(control.isClean(6));
    }

    @Test
    void manySmallFilesShareCalls() {
        for (int ino = 10; ino < 210; ino++) {
            stage(ino, ino);
            control.enqueue(FakeControl.upload(ino, 1, ino));
        }
        start(bucket);
        control.await(() -> control.outcomes.size() == 200);
        assertTrue(control.batches.stream().allMatch(size -> size <= 64));
        for (int ino = 10; ino < 210; ino++) {
            assertArrayEquals(staged.read(ino), object(ino).orElseThrow());
        }
    }

    private void start(ObjectStore store) {
        FlushListener listener =
                new FlushListener() {
                    @Override
                    public <T> T completing(
                            Supplier<T> work, Function<T, Optional<String>> problem) {
                        T answer = work.get();
                        completions.add(problem.apply(answer).orElse("done"));
                        return answer;
                    }

                    @Override
                    public void published(
                            Task task, PublishedObject object, long sent, Duration elapsed) {
                        sentBytes.addAndGet(sent);
                    }
                };
        FlushSettings settings =
                new FlushSettings(
                        16,
                        4,
                        Duration.ofMillis(50),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        InstantSource.system(),
                        Thread.ofPlatform().daemon().factory());
        FlushEngine started = new FlushEngine(control, staged, store, listener, settings);
        engine = Optional.of(started);
        started.start();
    }

    private boolean engineIsIdle() {
        return engine.orElseThrow().inFlight() == 0;
    }

    private byte[] stage(long ino, int size) {
        byte[] bytes = new byte[size];
        new Random(ino + size).nextBytes(bytes);
        staged.write(ino, bytes);
        return bytes;
    }

    private Optional<byte[]> object(long ino) {
        return bucket.bytes(ref(ino));
    }

    private static ObjectRef ref(long ino) {
        return ObjectRef.of(FakeControl.LOCATION, "file-" + ino);
    }

    private String checksum() {
        return control.lastPublished().getChecksum();
    }

    private static Slice slice(FileChannel channel, long offset, long length) throws IOException {
        return new Slice(channel, offset, length, Crc32c.of(channel, offset, length));
    }

    private static Task remove(long ino, String etag) {
        return Task.newBuilder()
                .setRemoveObject(
                        RemoveObjectTask.newBuilder().setKey("file-" + ino).setExpectedEtag(etag))
                .build();
    }
}
