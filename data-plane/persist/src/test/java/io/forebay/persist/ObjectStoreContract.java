package io.forebay.persist;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.BucketLocation;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link ObjectStore} promises. */
public abstract class ObjectStoreContract {
    private static final String BUCKET = "contract";
    private static final int MIB = 1 << 20;
    private static final Map<String, String> METADATA =
            new ObjectMetadata(0640, 1000, -2, 1_700_000_000_123_456_789L, 77, 3).toMap();
    private static final AtomicInteger KEYS = new AtomicInteger();

    @TempDir Path directory;
    private final Random random = new Random(4711);
    private final List<FileChannel> channels = new ArrayList<>();
    private ObjectStore store = new InMemoryObjectStore();
    private ObjectRef object = new ObjectRef(BUCKET, "");

    /** The store under test, with the bucket {@code contract}; the test closes it. */
    protected abstract ObjectStore open();

    @BeforeEach
    void openStore() {
        store = open();
        object = new ObjectRef(BUCKET, "dir-ä/file " + KEYS.incrementAndGet() + "+%.bin");
    }

    @AfterEach
    void closeAll() throws IOException {
        for (FileChannel channel : channels) {
            channel.close();
        }
        store.close();
    }

    @Test
    void aPutObjectIsDescribedAsItWasWritten() {
        byte[] bytes = bytes(100_000);
        WriteResult.Written written = put(bytes, new Condition.Absent());
        StoredObject there = store.head(object).orElseThrow();
        assertEquals(written.etag(), there.etag());
        assertEquals(bytes.length, there.size());
        assertEquals(METADATA, there.metadata());
        assertArrayEquals(bytes, download(there));
    }

    @Test
    void anEmptyObjectIsAnObject() {
        put(new byte[0], new Condition.Absent());
        StoredObject there = store.head(object).orElseThrow();
        assertEquals(0, there.size());
        assertEquals(0, download(there).length);
    }

    @Test
    void whatIsNotThereIsNotDescribed() {
        assertEquals(Optional.empty(), store.head(object));
    }

    @Test
    void aSecondObjectIsRefusedWhereNoneMustBe() {
        WriteResult.Written first = put(bytes(10), new Condition.Absent());
        assertInstanceOf(
                WriteResult.ConditionFailed.class,
                store.put(object, slice(bytes(20)), METADATA, new Condition.Absent()));
        assertEquals(first.etag(), store.head(object).orElseThrow().etag());
    }

    @Test
    void onlyTheObjectThatWasNamedIsReplaced() {
        WriteResult.Written first = put(bytes(10), new Condition.Absent());
        WriteResult.Written second = put(bytes(20), new Condition.Matches(first.etag()));
        assertInstanceOf(
                WriteResult.ConditionFailed.class,
                store.put(object, slice(bytes(30)), METADATA, new Condition.Matches(first.etag())));
        assertEquals(second.etag(), store.head(object).orElseThrow().etag());
    }

    @Test
    void nothingIsReplacedWhereNothingIs() {
        assertInstanceOf(
                WriteResult.ConditionFailed.class,
                store.put(object, slice(bytes(30)), METADATA, new Condition.Matches("abc")));
        assertEquals(Optional.empty(), store.head(object));
    }

    @Test
    void bytesThatAreNotThoseOfTheChecksumAreRefused() {
        Slice good = slice(bytes(1000));
        Slice bad = new Slice(good.channel(), 0, good.length(), good.crc32c() + 1);
        ForebayException refused =
                assertThrows(
                        ForebayException.class,
                        () -> store.put(object, bad, METADATA, new Condition.Absent()));
        assertEquals(FailureKind.FAILURE_CORRUPT, refused.kind());
        assertEquals(Optional.empty(), store.head(object));
    }

    @Test
    void partsBecomeOneObject() {
        byte[] bytes = bytes(17 * MIB + 5);
        MultipartUpload upload = store.begin(object, METADATA);
        List<UploadedPart> parts = sendParts(upload, bytes);
        assertEquals(Optional.empty(), store.head(object), "nothing is there before completion");
        WriteResult.Written written =
                assertInstanceOf(
                        WriteResult.Written.class,
                        store.complete(upload, parts, new Condition.Absent()));
        StoredObject there = store.head(object).orElseThrow();
        assertEquals(written.etag(), there.etag());
        assertEquals(METADATA, there.metadata());
        assertArrayEquals(bytes, download(there));
        WriteResult again = store.complete(upload, parts, new Condition.Matches(written.etag()));
        assertTrue(again instanceof WriteResult.UploadGone || again.equals(written), "" + again);
        assertArrayEquals(bytes, download(there));
    }

    @Test
    void aCompletionIsConditionalAndCanBeRepeated() {
        WriteResult.Written other = put(bytes(10), new Condition.Absent());
        byte[] bytes = bytes(9 * MIB);
        MultipartUpload upload = store.begin(object, METADATA);
        List<UploadedPart> parts = sendParts(upload, bytes);
        assertInstanceOf(
                WriteResult.ConditionFailed.class,
                store.complete(upload, parts, new Condition.Absent()));
        assertInstanceOf(
                WriteResult.ConditionFailed.class,
                store.complete(upload, parts, new Condition.Matches("abc")));
        assertEquals(other.etag(), store.head(object).orElseThrow().etag());
        assertInstanceOf(
                WriteResult.Written.class,
                store.complete(upload, parts, new Condition.Matches(other.etag())));
        assertArrayEquals(bytes, download(store.head(object).orElseThrow()));
    }

    @Test
    void partsAreListedUntilTheUploadIsAborted() {
        byte[] bytes = bytes(17 * MIB);
        MultipartUpload upload = store.begin(object, METADATA);
        List<UploadedPart> parts = sendParts(upload, bytes);
        List<UploadedPart> listed = store.listParts(upload);
        assertEquals(parts.stream().map(UploadedPart::etag).toList(), etags(listed));
        for (int i = 0; i < parts.size(); i++) {
            assertEquals(parts.get(i).size(), listed.get(i).size());
            OptionalInt crc = listed.get(i).crc32c();
            assertTrue(crc.isEmpty() || crc.equals(parts.get(i).crc32c()));
        }
        store.abort(upload);
        assertEquals(List.of(), store.listParts(upload));
        store.abort(upload);
    }

    @Test
    void theUploadsOfAKeyAreListedUntilTheyEnd() {
        Instant before = Instant.now().minusSeconds(60);
        MultipartUpload completed = store.begin(object, METADATA);
        MultipartUpload upload = store.begin(object, METADATA);
        ObjectRef longer = new ObjectRef(object.bucket(), object.key() + "-longer");
        MultipartUpload other = store.begin(longer, METADATA);
        store.complete(completed, sendParts(completed, bytes(9)), new Condition.Absent());
        List<ListedUpload> listed = store.listUploads(object);
        assertEquals(List.of(upload), listed.stream().map(ListedUpload::upload).toList());
        assertTrue(listed.getFirst().begun().isAfter(before), listed::toString);
        assertTrue(listed.getFirst().begun().isBefore(before.plusSeconds(120)), listed::toString);
        store.abort(upload);
        assertEquals(List.of(), store.listUploads(object));
        store.abort(other);
    }

    @Test
    void whatWasAbortedCannotComeBack() {
        MultipartUpload upload = store.begin(object, METADATA);
        List<UploadedPart> parts = sendParts(upload, bytes(9));
        store.abort(upload);
        assertInstanceOf(
                WriteResult.UploadGone.class,
                store.complete(upload, parts, new Condition.Absent()));
        assertThrows(ForebayException.class, () -> sendParts(upload, bytes(9)));
        assertEquals(List.of(), store.listParts(upload));
        assertEquals(Optional.empty(), store.head(object));
    }

    @Test
    void aPartOfWrongBytesIsRefused() {
        MultipartUpload upload = store.begin(object, METADATA);
        Slice good = slice(bytes(1000));
        Slice bad = new Slice(good.channel(), 0, good.length(), good.crc32c() + 1);
        ForebayException refused =
                assertThrows(ForebayException.class, () -> store.uploadPart(upload, 1, bad));
        assertEquals(FailureKind.FAILURE_CORRUPT, refused.kind());
        store.abort(upload);
    }

    @Test
    void partsAreCopiedFromTheObjectThatWasNamedOnly() {
        byte[] bytes = bytes(9 * MIB);
        WriteResult.Written source = put(bytes, new Condition.Absent());
        ObjectRef copy = new ObjectRef(BUCKET, object.key() + "-copy é");
        MultipartUpload upload = store.begin(copy, METADATA);
        CopySource stale = new CopySource(object, "abc", 0, bytes.length);
        assertEquals(Optional.empty(), store.copyPart(upload, 1, stale));
        int first = 5 * MIB;
        List<UploadedPart> parts =
                List.of(
                        copyPart(upload, 1, new CopySource(object, source.etag(), 0, first)),
                        copyPart(
                                upload,
                                2,
                                new CopySource(
                                        object, source.etag(), first, bytes.length - first)));
        assertInstanceOf(
                WriteResult.Written.class, store.complete(upload, parts, new Condition.Absent()));
        StoredObject there = store.head(copy).orElseThrow();
        assertEquals(METADATA, there.metadata());
        assertArrayEquals(bytes, download(copy, there));
    }

    @Test
    void onlyTheObjectThatWasNamedIsRemoved() {
        WriteResult.Written first = put(bytes(10), new Condition.Absent());
        assertEquals(RemoveResult.CHANGED, store.remove(object, "abc"));
        assertTrue(store.head(object).isPresent());
        assertEquals(RemoveResult.GONE, store.remove(object, first.etag()));
        assertEquals(Optional.empty(), store.head(object));
        assertEquals(RemoveResult.GONE, store.remove(object, first.etag()));
    }

    @Test
    void anotherObjectIsNotDownloadedForTheOneThatWasNamed() {
        WriteResult.Written first = put(bytes(10), new Condition.Absent());
        assertEquals(FailureKind.FAILURE_CONFLICT, downloadFails("abc", 10));
        assertEquals(FailureKind.FAILURE_CONFLICT, downloadFails(first.etag(), 11));
        store.remove(object, first.etag());
        assertEquals(FailureKind.FAILURE_NOT_FOUND, downloadFails(first.etag(), 10));
    }

    @Test
    void aFullDiskIsNoFailureOfTheStore() throws IOException {
        String before = "";
        for (int length : new int[] {10, 9 << 20}) { // one range, and several
            String etag = put(bytes(length), Condition.replacing(before)).etag();
            before = etag;
            try (FileChannel full =
                    FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)) {
                UncheckedIOException refused =
                        assertThrows(
                                UncheckedIOException.class,
                                () -> store.download(object, etag, length, full));
                assertTrue(String.valueOf(refused.getMessage()).contains("No space left"));
            }
        }
    }

    @Test
    void ofManyRacersOneReplacesTheObject() throws Exception {
        String etag = put(bytes(10), new Condition.Absent()).etag();
        try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<WriteResult>> results = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Slice mine = slice(bytes(20 + i));
                results.add(
                        racers.submit(() ->
                                store.put(object, mine, METADATA, new Condition.Matches(etag))));
            }
            int winners = 0;
            for (Future<WriteResult> result : results) {
                winners += result.get() instanceof WriteResult.Written ? 1 : 0;
            }
            assertEquals(1, winners);
        }
    }

    @Test
    void aUsableLocationIsFoundToBe() {
        ProbeReport report =
                store.probe(
                        BucketLocation.newBuilder()
                                .setBucket(BUCKET)
                                .setPrefix("some/prefix/")
                                .build());
        assertTrue(report.ok(), report.message());
    }

    private WriteResult.Written put(byte[] bytes, Condition condition) {
        return assertInstanceOf(
                WriteResult.Written.class, store.put(object, slice(bytes), METADATA, condition));
    }

    private UploadedPart copyPart(MultipartUpload upload, int number, CopySource source) {
        return store.copyPart(upload, number, source).orElseThrow();
    }

    private List<UploadedPart> sendParts(MultipartUpload upload, byte[] bytes) {
        PartPlan plan = PartPlan.of(bytes.length);
        FileChannel channel = file(bytes);
        List<UploadedPart> parts = new ArrayList<>();
        for (int number = 1; number <= plan.count(); number++) {
            Slice part = slice(channel, plan.offset(number), plan.length(number));
            parts.add(store.uploadPart(upload, number, part));
        }
        return parts;
    }

    @Test
    void aListingComesInPagesAndInOrder() {
        String prefix = "list-" + KEYS.incrementAndGet() + "/";
        BucketLocation location =
                BucketLocation.newBuilder().setBucket(BUCKET).setPrefix(prefix).build();
        TreeSet<String> keys =
                new TreeSet<>(List.of("a", "b/c", "b/d + %", "b-", "ä", "e/f/g/h", "z ", "%FF"));
        keys.forEach(key -> write(ObjectRef.of(location, key)));
        write(new ObjectRef(BUCKET, prefix.replace("list", "lisu") + "other"));
        for (int limit : new int[] {1, 3, 1000}) {
            List<String> all = new ArrayList<>();
            ObjectStore.Listed page;
            do {
                page = store.list(location, all.isEmpty() ? "" : all.getLast(), limit);
                assertTrue(page.entries().size() <= limit);
                page.entries().forEach(entry -> all.add(entry.key()));
                page.entries().forEach(entry -> assertEquals(etag(location, entry), entry.etag()));
            } while (!page.end());
            assertEquals(List.copyOf(keys), all, "pages of " + limit);
        }
        store.remove(
                ObjectRef.of(location, "b/c"),
                store.head(ObjectRef.of(location, "b/c")).orElseThrow().etag());
        assertEquals("b/d + %", store.list(location, "b/c", 1).entries().getFirst().key());
    }

    private String etag(BucketLocation location, ObjectStore.Entry entry) {
        return store.head(ObjectRef.of(location, entry.key())).orElseThrow().etag();
    }

    private void write(ObjectRef target) {
        assertInstanceOf(
                WriteResult.Written.class,
                store.put(target, slice(bytes(1)), METADATA, new Condition.Absent()));
    }

    private FailureKind downloadFails(String etag, long size) {
        FileChannel target = file(new byte[0]);
        return assertThrows(
                        ForebayException.class, () -> store.download(object, etag, size, target))
                .kind();
    }

    private byte[] download(StoredObject there) {
        return download(object, there);
    }

    private byte[] download(ObjectRef from, StoredObject there) {
        try {
            Path path = Files.createTempFile(directory, "target", "");
            try (FileChannel target =
                    FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                store.download(from, there.etag(), there.size(), target);
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private Slice slice(byte[] bytes) {
        return slice(file(bytes), 0, bytes.length);
    }

    private static Slice slice(FileChannel channel, long offset, long length) {
        try {
            return new Slice(channel, offset, length, Crc32c.of(channel, offset, length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FileChannel file(byte[] bytes) {
        try {
            Path path = Files.createTempFile(directory, "source", "");
            Files.write(path, bytes);
            FileChannel channel =
                    FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            channels.add(channel);
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> etags(List<UploadedPart> parts) {
        return parts.stream().map(UploadedPart::etag).toList();
    }
}
