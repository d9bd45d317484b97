package io.forebay.persist;

import io.forebay.proto.BucketLocation;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * A store whose requests are lost before they had their effect, or whose answers are lost after it.
 * Both look the same to the caller.
 */
public final class FaultyObjectStore implements ObjectStore {
    private final ObjectStore store;
    private final Random random; // guarded by this
    private double lostRequests; // guarded by this
    private double lostAnswers; // guarded by this
    private volatile Runnable afterPart = () -> {};
    private volatile IntConsumer beforePart = _ -> {};
    private boolean loseNextWrite; // guarded by this

    public FaultyObjectStore(ObjectStore store, long seed) {
        this.store = store;
        this.random = new Random(seed);
    }

    /** How many of all requests fail from now on, each from 0 to 1. */
    public synchronized void fail(double requests, double answers) {
        lostRequests = requests;
        lostAnswers = answers;
    }

    /** The next put or completion has its effect, and nobody learns of it. */
    public synchronized void loseAnswerOfNextWrite() {
        loseNextWrite = true;
    }

    private synchronized boolean losesThisWrite() {
        boolean lost = loseNextWrite;
        loseNextWrite = false;
        return lost;
    }

    private WriteResult faultyWrite(Supplier<WriteResult> call) {
        return faulty(() -> {
            WriteResult result = call.get();
            if (losesThisWrite()) {
                throw new ForebayException(FailureKind.FAILURE_UNAVAILABLE, "The answer was lost.");
            }
            return result;
        });
    }

    /** Runs before each part is stored, with its number. */
    public void beforeEachPart(IntConsumer action) {
        beforePart = action;
    }

    /** Runs whenever a part was stored. */
    public void afterEachPart(Runnable action) {
        afterPart = action;
    }

    private <T> T faulty(Supplier<T> call) {
        if (lost(true)) {
            throw new ForebayException(FailureKind.FAILURE_UNAVAILABLE, "The request was lost.");
        }
        T answer = call.get();
        if (lost(false)) {
            throw new ForebayException(FailureKind.FAILURE_UNAVAILABLE, "The answer was lost.");
        }
        return answer;
    }

    private synchronized boolean lost(boolean request) {
        return random.nextDouble() < (request ? lostRequests : lostAnswers);
    }

    @Override
    public Optional<StoredObject> head(ObjectRef object) {
        return faulty(() -> store.head(object));
    }

    @Override
    public WriteResult put(
            ObjectRef target, Slice content, Map<String, String> metadata, Condition condition) {
        return faultyWrite(() -> store.put(target, content, metadata, condition));
    }

    @Override
    public MultipartUpload begin(ObjectRef target, Map<String, String> metadata) {
        return faulty(() -> store.begin(target, metadata));
    }

    @Override
    public UploadedPart uploadPart(MultipartUpload upload, int number, Slice content) {
        beforePart.accept(number);
        UploadedPart part = faulty(() -> store.uploadPart(upload, number, content));
        afterPart.run();
        return part;
    }

    @Override
    public Optional<UploadedPart> copyPart(MultipartUpload upload, int number, CopySource source) {
        return faulty(() -> store.copyPart(upload, number, source));
    }

    @Override
    public List<UploadedPart> listParts(MultipartUpload upload) {
        return faulty(() -> store.listParts(upload));
    }

    @Override
    public List<ListedUpload> listUploads(ObjectRef target) {
        return faulty(() -> store.listUploads(target));
    }

    @Override
    public WriteResult complete(
            MultipartUpload upload, List<UploadedPart> parts, Condition condition) {
        return faultyWrite(() -> store.complete(upload, parts, condition));
    }

    @Override
    public void abort(MultipartUpload upload) {
        faulty(() -> {
            store.abort(upload);
            return true;
        });
    }

    @Override
    public RemoveResult remove(ObjectRef object, String expectedEtag) {
        return faulty(() -> store.remove(object, expectedEtag));
    }

    @Override
    public void download(ObjectRef object, String etag, long size, FileChannel target) {
        store.download(object, etag, size, target);
    }

    @Override
    public Listed list(BucketLocation location, String after, int limit) {
        return faulty(() -> store.list(location, after, limit));
    }

    @Override
    public ProbeReport probe(BucketLocation location) {
        return store.probe(location);
    }

    @Override
    public void close() {
        store.close();
    }
}
