package io.forebay.locals3;

import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Makes conditional writes atomic, and the end of a multipart upload an end. S3Proxy checks
 * If-Match before it writes and lets another writer in between; here the check is made again under
 * a lock that every write of the key takes.
 *
 * <p>S3Proxy 4.1.0 keeps the If-Match of a completion to itself: it looks at the stub of the upload
 * and then, only for If-Match, at the object. That second look is remembered, and the object must
 * still be the one that was seen.
 */
final class ConditionalBlobStore extends ForwardingBlobStore {
    /** Keys share locks; more only means that fewer writers of different keys meet. */
    private static final int LOCKS = 1024;

    /** Nobody sends a part so much later. */
    private static final int ENDED_MAX = 10_000;

    /** Begins the key of the object that S3Proxy keeps for an upload. */
    private static final String STUB = ".s3proxy-mpu-stub-";

    private static final ThreadLocal<@Nullable Look> LAST_LOOK = new ThreadLocal<>();

    private final ReentrantLock[] locks =
            Stream.generate(ReentrantLock::new).limit(LOCKS).toArray(ReentrantLock[]::new);

    /** Uploads that were completed or aborted by this process, the latest. */
    private final Set<String> ended =
            Collections.synchronizedSet(
                    Collections.newSetFromMap(
                            new LinkedHashMap<>() {
                                private static final long serialVersionUID = 1;

                                @Override
                                protected boolean removeEldestEntry(
                                        Map.Entry<String, Boolean> eldest) {
                                    return size() > ENDED_MAX;
                                }
                            }));

    ConditionalBlobStore(BlobStore delegate) {
        super(delegate);
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
        return locked(
                request.bucket(),
                request.key(),
                () -> {
                    Conditions conditions =
                            new Conditions(request.ifMatch(), request.ifNoneMatch());
                    check(request.bucket(), request.key(), conditions);
                    return super.putBlob(request, content);
                });
    }

    @Override
    public @Nullable HeadObjectResponse blobMetadataIfPresent(String bucket, String key) {
        Look before = LAST_LOOK.get();
        HeadObjectResponse there = super.blobMetadataIfPresent(bucket, key);
        boolean completing = before != null && before.key().startsWith(STUB);
        LAST_LOOK.set(new Look(bucket, key, there == null ? null : there.eTag(), completing));
        return there;
    }

    /**
     * Only asked for the sake of a completion can it be true. S3Proxy then completes before it
     * answers; else it would answer 200 first, and could not say any more that the check failed.
     */
    @Override
    public boolean supportsVersioning() {
        Look look = LAST_LOOK.get();
        return look != null && look.completing();
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        Look look = LAST_LOOK.get();
        LAST_LOOK.remove();
        boolean looked =
                look != null
                        && look.completing()
                        && look.bucket().equals(upload.containerName())
                        && look.key().equals(upload.blobName());
        String ifMatch = looked ? look.etag() : request.ifMatch();
        return locked(
                upload.containerName(),
                upload.blobName(),
                () -> {
                    Conditions conditions = new Conditions(ifMatch, request.ifNoneMatch());
                    if (ended.contains(upload.id())) {
                        throw noSuchUpload();
                    }
                    check(upload.containerName(), upload.blobName(), conditions);
                    CompleteMultipartUploadResponse completed =
                            super.completeMultipartUpload(upload, request);
                    ended.add(upload.id());
                    return completed;
                });
    }

    /** S3Proxy takes parts of what was aborted, and keeps them for ever. */
    @Override
    public UploadPartResponse uploadMultipartPart(
            MultipartUpload upload, UploadPartRequest request, InputStream content) {
        UploadPartResponse stored = super.uploadMultipartPart(upload, request, content);
        return locked(
                upload.containerName(),
                upload.blobName(),
                () -> {
                    if (ended.contains(upload.id())) {
                        super.abortMultipartUpload(upload);
                        throw noSuchUpload();
                    }
                    return stored;
                });
    }

    @Override
    public void abortMultipartUpload(MultipartUpload upload) {
        locked(
                upload.containerName(),
                upload.blobName(),
                () -> {
                    ended.add(upload.id());
                    super.abortMultipartUpload(upload);
                    return true;
                });
    }

    private static RuntimeException noSuchUpload() {
        return S3Exceptions.fromStatusCode(
                404, "NoSuchUpload", Map.of(), new IllegalStateException("the upload has ended"));
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        return locked(
                request.destinationBucket(),
                request.destinationKey(),
                () -> {
                    Conditions conditions =
                            new Conditions(request.ifMatch(), request.ifNoneMatch());
                    check(request.destinationBucket(), request.destinationKey(), conditions);
                    return super.copyBlob(request);
                });
    }

    @Override
    public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
        return locked(request.bucket(), request.key(), () -> super.removeBlob(request));
    }

    private <T> T locked(String bucket, String key, Supplier<T> work) {
        int index = Math.floorMod(31 * bucket.hashCode() + key.hashCode(), LOCKS);
        ReentrantLock lock = locks[index];
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private void check(String bucket, String key, Conditions conditions) {
        if (conditions.ifMatch() == null && conditions.ifNoneMatch() == null) {
            return;
        }
        HeadObjectResponse there = super.blobMetadataIfPresent(bucket, key);
        String etag = there == null ? null : there.eTag();
        if (!conditions.hold(there != null, etag)) {
            throw S3Exceptions.preconditionFailed(
                    new IllegalStateException("the object is another one"));
        }
    }

    /** What this thread looked at last, and whether it looked at an upload's stub before. */
    private record Look(String bucket, String key, @Nullable String etag, boolean completing) {}

    /** The two headers of a conditional write. */
    private record Conditions(@Nullable String ifMatch, @Nullable String ifNoneMatch) {
        boolean hold(boolean present, @Nullable String etag) {
            boolean matches = ifMatch == null || (present && names(ifMatch, etag));
            boolean differs = ifNoneMatch == null || !present || !names(ifNoneMatch, etag);
            return matches && differs;
        }

        private static boolean names(String condition, @Nullable String etag) {
            return condition.equals("*") || (etag != null && bare(condition).equals(bare(etag)));
        }

        private static String bare(String etag) {
            return etag.replace("\"", "");
        }
    }
}
