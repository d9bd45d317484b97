package io.forebay.persist.bucket;

import com.google.protobuf.ByteString;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.StoredObject;
import io.forebay.persist.calls.AtOnce;
import io.forebay.proto.BucketLocation;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FoundObject;
import io.forebay.proto.ImportTask;
import io.forebay.proto.ImportedPage;
import io.forebay.schema.ForebayException;
import io.forebay.schema.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;

/**
 * Reads pages of a location's objects. A listing says nothing of user metadata, so that each object
 * is asked for its own, some at a time.
 */
public final class BucketReader {
    /** Requests at a time: the store's answers take long, and say little. */
    private static final int REQUESTS = 32;

    private final ObjectStore store;
    private final ExecutorService threads;

    public BucketReader(ObjectStore store, ExecutorService threads) {
        this.store = store;
        this.threads = threads;
    }

    /** The page, or why it could not be read. */
    public ImportedPage read(BucketLocation location, ImportTask task) {
        ImportedPage.Builder page = ImportedPage.newBuilder().setAfter(task.getAfter());
        try {
            ObjectStore.Listed listed = store.list(location, task.getAfter(), task.getLimit());
            List<ObjectStore.Entry> entries = listed.entries();
            for (int i = 0; i < entries.size(); i += REQUESTS) {
                int end = Math.min(i + REQUESTS, entries.size());
                describe(location, entries.subList(i, end)).forEach(page::addObjects);
            }
            String last = entries.isEmpty() ? task.getAfter() : entries.getLast().key();
            return page.setLast(last).setEnd(listed.end()).build();
        } catch (ForebayException e) {
            return page.clearObjects().setFailure(e.kind()).setMessage(e.getMessage()).build();
        }
    }

    private List<FoundObject> describe(BucketLocation location, List<ObjectStore.Entry> entries) {
        List<Callable<Optional<FoundObject>>> calls = new ArrayList<>();
        entries.forEach(entry -> calls.add(() -> describe(location, entry)));
        return AtOnce.all(threads, calls).stream().flatMap(Optional::stream).toList();
    }

    /** Nothing where it was deleted meanwhile. */
    private Optional<FoundObject> describe(BucketLocation location, ObjectStore.Entry entry) {
        FoundObject.Builder found = FoundObject.newBuilder().setKey(entry.key());
        ObjectRef object = ObjectRef.of(location, entry.key());
        try {
            return store.head(object).map(there -> found(object, there, entry));
        } catch (ForebayException e) {
            return switch (e.kind()) {
                case FAILURE_UNAVAILABLE, FAILURE_BUSY -> throw e;
                default -> // of this object alone, as one with a key that we do not have
                        Optional.of(found.setProblem(e.getMessage()).build());
            };
        }
    }

    private FoundObject found(ObjectRef object, StoredObject there, ObjectStore.Entry entry) {
        FoundObject.Builder found = FoundObject.newBuilder().setKey(entry.key());
        FileMetadata.read(there.metadata(), found);
        if (FileMetadata.isLink(found)) {
            found.setContent(target(object, there));
        }
        Instant modified = entry.modified();
        return found.setEtag(there.etag())
                .setSize(there.size())
                .setChecksum(there.checksum().orElse(""))
                .setModifiedNanos(modified.getEpochSecond() * 1_000_000_000L + modified.getNano())
                .build();
    }

    /** Nothing of what cannot be one. */
    private ByteString target(ObjectRef object, StoredObject there) {
        if (there.size() > Limits.LINK_TARGET_BYTES_MAX) {
            return ByteString.EMPTY;
        }
        try (FileChannel scratch = Scratch.of(new byte[0])) {
            store.download(object, there.etag(), there.size(), scratch);
            return ByteString.copyFrom(Scratch.bytes(scratch));
        } catch (IOException | UncheckedIOException e) {
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE,
                    "The worker cannot write a temporary file: free space on its node.",
                    e);
        }
    }
}
