package io.forebay.locals3;

import java.io.InputStream;
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

/**
 * Makes conditional writes atomic. S3Proxy checks If-Match before it writes and lets another writer
 * in between; here the check is made again under a lock that every write of the key takes.
 */
final class ConditionalBlobStore extends ForwardingBlobStore {
    /** Keys share locks; more only means that fewer writers of different keys meet. */
    private static final int LOCKS = 1024;

    private final ReentrantLock[] locks =
            Stream.generate(ReentrantLock::new).limit(LOCKS).toArray(ReentrantLock[]::new);

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
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        return locked(
                upload.containerName(),
                upload.blobName(),
                () -> {
                    Conditions conditions =
                            new Conditions(request.ifMatch(), request.ifNoneMatch());
                    check(upload.containerName(), upload.blobName(), conditions);
                    return super.completeMultipartUpload(upload, request);
                });
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
        HeadObjectResponse there = blobMetadataIfPresent(bucket, key);
        String etag = there == null ? null : there.eTag();
        if (!conditions.hold(there != null, etag)) {
            throw S3Exceptions.preconditionFailed(
                    new IllegalStateException("the object is another one"));
        }
    }

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
