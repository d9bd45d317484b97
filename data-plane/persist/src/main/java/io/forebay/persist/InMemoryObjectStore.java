package io.forebay.persist;

import io.forebay.proto.BucketLocation;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * A store in memory with every bucket there is. It says what S3 says: the reference for {@link
 * ObjectStore}'s contract, and the store of tests that need no network. Guarded by its monitor.
 */
public final class InMemoryObjectStore implements ObjectStore {
    /** As S3 lists keys: by their bytes. */
    private static final Comparator<String> IN_ORDER =
            Comparator.comparing(
                    key -> key.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private final Map<ObjectRef, Content> objects = new HashMap<>();
    private final Map<String, Upload> uploads = new HashMap<>();
    private final List<Version> history = new ArrayList<>();
    private final InstantSource clock;
    private long sequence;

    public InMemoryObjectStore() {
        this(InstantSource.system());
    }

    public InMemoryObjectStore(InstantSource clock) {
        this.clock = clock;
    }

    /** An object as it once was; without bytes it was deleted. */
    public record Version(ObjectRef object, Optional<byte[]> bytes) {}

    /** Every object that ever was, and every deletion, in order. */
    public synchronized List<Version> history() {
        return List.copyOf(history);
    }

    /** Uploads that were begun and are neither completed nor aborted. */
    public synchronized int openUploads() {
        return uploads.size();
    }

    /** The object's bytes. */
    public synchronized Optional<byte[]> bytes(ObjectRef object) {
        return Optional.ofNullable(objects.get(object)).map(found -> found.bytes().clone());
    }

    /** Writes as somebody else would, unconditionally, and returns the etag. */
    public synchronized String overwrite(ObjectRef object, byte[] bytes) {
        return store(object, new Content(bytes.clone(), nextEtag(), Map.of(), Optional.empty()));
    }

    @Override
    public synchronized Optional<StoredObject> head(ObjectRef object) {
        return Optional.ofNullable(objects.get(object)).map(Content::describe);
    }

    @Override
    public WriteResult put(
            ObjectRef target, Slice content, Map<String, String> metadata, Condition condition) {
        byte[] bytes = read(content);
        synchronized (this) {
            if (!holds(target, condition)) {
                return new WriteResult.ConditionFailed();
            }
            Optional<String> checksum = Optional.of("CRC32C:" + Crc32c.header(content.crc32c()));
            String etag = store(target, new Content(bytes, nextEtag(), metadata, checksum));
            return new WriteResult.Written(etag, checksum);
        }
    }

    @Override
    public synchronized MultipartUpload begin(ObjectRef target, Map<String, String> metadata) {
        sequence++;
        MultipartUpload upload = new MultipartUpload(target, "upload-" + sequence);
        Upload begun = new Upload(target, Map.copyOf(metadata), new TreeMap<>(), clock.instant());
        uploads.put(upload.id(), begun);
        return upload;
    }

    @Override
    public UploadedPart uploadPart(MultipartUpload upload, int number, Slice content) {
        byte[] bytes = read(content);
        synchronized (this) {
            return open(upload)
                    .map(found -> found.add(number, bytes, nextEtag()))
                    .orElseThrow(() ->
                            new ForebayException(
                                    FailureKind.FAILURE_NOT_FOUND,
                                    "The upload is gone; begin a new one."));
        }
    }

    @Override
    public synchronized Optional<UploadedPart> copyPart(
            MultipartUpload upload, int number, CopySource source) {
        Content from = objects.get(source.object());
        if (from == null || !from.etag().equals(source.etag())) {
            return Optional.empty();
        }
        int begin = (int) source.offset();
        byte[] bytes = Arrays.copyOfRange(from.bytes(), begin, begin + (int) source.length());
        return open(upload).map(found -> found.add(number, bytes, nextEtag()));
    }

    @Override
    public synchronized List<UploadedPart> listParts(MultipartUpload upload) {
        return open(upload).stream()
                .flatMap(found -> found.parts().values().stream())
                .map(Part::told)
                .toList();
    }

    @Override
    public synchronized List<ListedUpload> listUploads(ObjectRef target) {
        return uploads.entrySet().stream()
                .filter(each -> each.getValue().target().equals(target))
                .map(each ->
                        new ListedUpload(
                                new MultipartUpload(target, each.getKey()),
                                each.getValue().begun()))
                .toList();
    }

    @Override
    public synchronized WriteResult complete(
            MultipartUpload upload, List<UploadedPart> parts, Condition condition) {
        Optional<Upload> found = open(upload);
        if (found.isEmpty()) {
            return new WriteResult.UploadGone();
        }
        if (!holds(upload.target(), condition)) {
            return new WriteResult.ConditionFailed();
        }
        byte[] bytes = found.get().assemble(parts);
        List<Integer> sums = parts.stream().map(part -> part.crc32c().orElseThrow()).toList();
        Optional<String> checksum = Optional.of("CRC32C:" + Crc32c.composite(sums));
        String etag =
                store(
                        upload.target(),
                        new Content(bytes, nextEtag(), found.get().metadata(), checksum));
        uploads.remove(upload.id());
        return new WriteResult.Written(etag, checksum);
    }

    @Override
    public synchronized void abort(MultipartUpload upload) {
        uploads.remove(upload.id());
    }

    @Override
    public synchronized RemoveResult remove(ObjectRef object, String expectedEtag) {
        Content there = objects.get(object);
        if (there == null) {
            return RemoveResult.GONE;
        }
        if (!there.etag().equals(expectedEtag)) {
            return RemoveResult.CHANGED;
        }
        objects.remove(object);
        history.add(new Version(object, Optional.empty()));
        return RemoveResult.GONE;
    }

    @Override
    public void download(ObjectRef object, String etag, long size, FileChannel target) {
        Content found;
        synchronized (this) {
            found = objects.get(object);
        }
        if (found == null) {
            throw new ForebayException(
                    FailureKind.FAILURE_NOT_FOUND, "The bucket has no such object any more.");
        }
        if (!found.etag().equals(etag) || found.bytes().length != size) {
            throw new ForebayException(
                    FailureKind.FAILURE_CONFLICT, "The object is another one than expected.");
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(found.bytes());
            while (bytes.hasRemaining()) {
                target.write(bytes, bytes.position());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized Listed list(BucketLocation location, String after, int limit) {
        String prefix = location.getPrefix();
        List<Entry> all =
                objects.keySet().stream()
                        .filter(object -> object.bucket().equals(location.getBucket()))
                        .filter(object -> object.key().startsWith(prefix))
                        .map(object -> object.key().substring(prefix.length()))
                        .filter(key -> IN_ORDER.compare(key, after) > 0 || after.isEmpty())
                        .sorted(IN_ORDER)
                        .limit(limit + 1L)
                        .map(key -> entry(location, key))
                        .toList();
        return new Listed(all.subList(0, Math.min(limit, all.size())), all.size() <= limit);
    }

    private Entry entry(BucketLocation location, String key) {
        Content content = Objects.requireNonNull(objects.get(ObjectRef.of(location, key)));
        return new Entry(key, content.etag(), content.bytes().length, Instant.EPOCH);
    }

    @Override
    public ProbeReport probe(BucketLocation location) {
        return new ProbeReport(FailureKind.FAILURE_NONE, "in memory");
    }

    @Override
    public void close() {}

    private static byte[] read(Slice slice) {
        ByteBuffer buffer = ByteBuffer.allocate((int) slice.length());
        try {
            while (buffer.hasRemaining()) {
                if (slice.channel().read(buffer, slice.offset() + buffer.position()) < 0) {
                    throw new ForebayException(
                            FailureKind.FAILURE_CORRUPT, "The source is shorter than it was.");
                }
            }
        } catch (IOException e) {
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The source cannot be read.", e);
        }
        if (Crc32c.of(buffer.array()) != slice.crc32c()) {
            throw new ForebayException(
                    FailureKind.FAILURE_CORRUPT, "The bytes are not those of the checksum.");
        }
        return buffer.array();
    }

    private Optional<Upload> open(MultipartUpload upload) {
        return Optional.ofNullable(uploads.get(upload.id()))
                .filter(found -> found.target().equals(upload.target()));
    }

    private boolean holds(ObjectRef target, Condition condition) {
        Content there = objects.get(target);
        return switch (condition) {
            case Condition.Absent() -> there == null;
            case Condition.Matches(String etag) -> there != null && there.etag().equals(etag);
        };
    }

    private String store(ObjectRef target, Content content) {
        objects.put(target, content);
        history.add(new Version(target, Optional.of(content.bytes().clone())));
        return content.etag();
    }

    private String nextEtag() {
        sequence++;
        return "etag-" + sequence;
    }

    private record Content(
            byte[] bytes, String etag, Map<String, String> metadata, Optional<String> checksum) {
        StoredObject describe() {
            return new StoredObject(etag, bytes.length, metadata, checksum);
        }
    }

    private record Part(UploadedPart told, byte[] bytes) {}

    private record Upload(
            ObjectRef target,
            Map<String, String> metadata,
            Map<Integer, Part> parts,
            Instant begun) {
        UploadedPart add(int number, byte[] bytes, String etag) {
            OptionalInt crc = OptionalInt.of(Crc32c.of(bytes));
            UploadedPart part = new UploadedPart(number, etag, bytes.length, crc);
            parts.put(number, new Part(part, bytes));
            return part;
        }

        byte[] assemble(List<UploadedPart> wanted) {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            for (UploadedPart part : wanted) {
                Part stored = parts.get(part.number());
                if (stored == null || !stored.told().etag().equals(part.etag())) {
                    throw new ForebayException(
                            FailureKind.FAILURE_INVALID, "A part is not the one that was sent.");
                }
                whole.writeBytes(stored.bytes());
            }
            return whole.toByteArray();
        }
    }
}
