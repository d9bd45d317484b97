package io.forebay.persist.bucket;

import io.forebay.persist.ObjectRef;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.StoredObject;
import io.forebay.proto.BucketLocation;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FoundObject;
import io.forebay.proto.ImportTask;
import io.forebay.proto.ImportedPage;
import io.forebay.schema.ForebayException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

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
        List<FoundObject> found = new ArrayList<>();
        try {
            for (Future<Optional<FoundObject>> answer : threads.invokeAll(calls)) {
                answer.get().ifPresent(found::add);
            }
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The worker is stopping; tried again.", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ForebayException known
                    ? known
                    : new IllegalStateException("an object could not be described", e);
        }
    }

    /** Nothing where it was deleted meanwhile. */
    private Optional<FoundObject> describe(BucketLocation location, ObjectStore.Entry entry) {
        FoundObject.Builder found = FoundObject.newBuilder().setKey(entry.key());
        try {
            return store.head(ObjectRef.of(location, entry.key()))
                    .map(there -> found(found, there, entry.modified()));
        } catch (ForebayException e) {
            return switch (e.kind()) {
                case FAILURE_UNAVAILABLE, FAILURE_BUSY -> throw e;
                default -> // of this object alone, as one with a key that we do not have
                        Optional.of(found.setProblem(e.getMessage()).build());
            };
        }
    }

    private static FoundObject found(
            FoundObject.Builder found, StoredObject there, Instant modified) {
        FileMetadata.read(there.metadata(), found);
        return found.setEtag(there.etag())
                .setSize(there.size())
                .setChecksum(there.checksum().orElse(""))
                .setModifiedNanos(modified.getEpochSecond() * 1_000_000_000L + modified.getNano())
                .build();
    }
}
