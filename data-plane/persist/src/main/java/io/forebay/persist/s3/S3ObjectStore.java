package io.forebay.persist.s3;

import io.forebay.persist.Condition;
import io.forebay.persist.CopySource;
import io.forebay.persist.Crc32c;
import io.forebay.persist.ListedUpload;
import io.forebay.persist.MultipartUpload;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.ProbeReport;
import io.forebay.persist.RemoveResult;
import io.forebay.persist.Slice;
import io.forebay.persist.StoredObject;
import io.forebay.persist.UploadedPart;
import io.forebay.persist.WriteResult;
import io.forebay.proto.BucketLocation;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartCopyResponse;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** {@link ObjectStore} on S3 and stores that speak it. */
public final class S3ObjectStore implements ObjectStore {
    private static final int NOT_IMPLEMENTED = 501;

    private final S3Client client;

    /** Sends what must not be done twice. */
    private final S3Client once;

    private final S3Download download;
    private final S3Probe probe;

    private S3ObjectStore(S3Client client, S3Client once) {
        this.client = client;
        this.once = once;
        this.download = new S3Download(client);
        this.probe = new S3Probe(client);
    }

    /** Opens no connection yet. */
    public static S3ObjectStore open(S3Settings settings) {
        return new S3ObjectStore(S3Clients.build(settings), S3Clients.buildForOnce(settings));
    }

    @Override
    public Optional<StoredObject> head(ObjectRef object) {
        try {
            HeadObjectResponse answer =
                    client.headObject(request ->
                            request.bucket(object.bucket())
                                    .key(object.key())
                                    .checksumMode(ChecksumMode.ENABLED));
            return Optional.of(
                    new StoredObject(
                            bare(answer.eTag()),
                            answer.contentLength(),
                            answer.metadata(),
                            checksum(answer.checksumCRC32C())));
        } catch (SdkException e) {
            // The answer to HEAD has no body, so a missing bucket looks the same.
            if (e instanceof AwsServiceException answer && answer.statusCode() == 404) {
                return Optional.empty();
            }
            throw S3Failures.of(e, object);
        }
    }

    @Override
    public WriteResult put(
            ObjectRef target, Slice content, Map<String, String> metadata, Condition condition) {
        PutObjectRequest.Builder request =
                PutObjectRequest.builder()
                        .bucket(target.bucket())
                        .key(target.key())
                        .metadata(metadata)
                        .contentLength(content.length())
                        .checksumCRC32C(Crc32c.header(content.crc32c()));
        switch (condition) {
            case Condition.Absent() -> request.ifNoneMatch("*");
            case Condition.Matches(String etag) -> request.ifMatch(quoted(etag));
        }
        try {
            PutObjectResponse answer = once.putObject(request.build(), body(content));
            return new WriteResult.Written(
                    bare(answer.eTag()), checksum(Crc32c.header(content.crc32c())));
        } catch (SdkException e) {
            if (e instanceof AwsServiceException answer && S3Failures.conditionFailed(answer)) {
                return new WriteResult.ConditionFailed();
            }
            throw S3Failures.of(e, target);
        }
    }

    @Override
    public MultipartUpload begin(ObjectRef target, Map<String, String> metadata) {
        try {
            String id =
                    once.createMultipartUpload(request ->
                                    request.bucket(target.bucket())
                                            .key(target.key())
                                            .metadata(metadata)
                                            .checksumAlgorithm(ChecksumAlgorithm.CRC32_C))
                            .uploadId();
            return new MultipartUpload(target, id);
        } catch (SdkException e) {
            throw S3Failures.of(e, target);
        }
    }

    @Override
    public UploadedPart uploadPart(MultipartUpload upload, int number, Slice content) {
        ObjectRef target = upload.target();
        try {
            UploadPartResponse answer =
                    client.uploadPart(
                            request ->
                                    request.bucket(target.bucket())
                                            .key(target.key())
                                            .uploadId(upload.id())
                                            .partNumber(number)
                                            .contentLength(content.length())
                                            .checksumCRC32C(Crc32c.header(content.crc32c())),
                            body(content));
            return new UploadedPart(
                    number,
                    bare(answer.eTag()),
                    content.length(),
                    OptionalInt.of(content.crc32c()));
        } catch (SdkException e) {
            throw S3Failures.of(e, target);
        }
    }

    @Override
    public Optional<UploadedPart> copyPart(MultipartUpload upload, int number, CopySource source) {
        ObjectRef target = upload.target();
        long last = source.offset() + source.length() - 1;
        try {
            UploadPartCopyResponse answer =
                    client.uploadPartCopy(request ->
                            request.sourceBucket(source.object().bucket())
                                    .sourceKey(source.object().key())
                                    .copySourceIfMatch(quoted(source.etag()))
                                    .copySourceRange("bytes=" + source.offset() + "-" + last)
                                    .destinationBucket(target.bucket())
                                    .destinationKey(target.key())
                                    .uploadId(upload.id())
                                    .partNumber(number));
            return Optional.of(
                    S3Parts.part(
                            number,
                            bare(answer.copyPartResult().eTag()),
                            source.length(),
                            answer.copyPartResult().checksumCRC32C()));
        } catch (SdkException e) {
            if (e instanceof AwsServiceException answer && S3Failures.conditionFailed(answer)) {
                return Optional.empty();
            }
            throw S3Failures.of(e, target);
        }
    }

    @Override
    public List<UploadedPart> listParts(MultipartUpload upload) {
        try {
            return S3Parts.list(client, upload);
        } catch (SdkException e) {
            if (e instanceof AwsServiceException answer && S3Failures.uploadGone(answer)) {
                return List.of();
            }
            throw S3Failures.of(e, upload.target());
        }
    }

    @Override
    public List<ListedUpload> listUploads(ObjectRef target) {
        try {
            return S3Parts.uploads(client, target);
        } catch (SdkException e) {
            throw S3Failures.of(e, target);
        }
    }

    @Override
    public WriteResult complete(
            MultipartUpload upload, List<UploadedPart> parts, Condition condition) {
        try {
            CompleteMultipartUploadResponse answer =
                    once.completeMultipartUpload(S3Parts.completion(upload, parts, condition));
            return new WriteResult.Written(bare(answer.eTag()), checksum(answer.checksumCRC32C()));
        } catch (SdkException e) {
            if (e instanceof AwsServiceException answer) {
                if (S3Failures.conditionFailed(answer)) {
                    return new WriteResult.ConditionFailed();
                }
                if (S3Failures.uploadGone(answer)) {
                    return new WriteResult.UploadGone();
                }
            }
            throw S3Failures.of(e, upload.target());
        }
    }

    @Override
    public void abort(MultipartUpload upload) {
        ObjectRef target = upload.target();
        try {
            client.abortMultipartUpload(request ->
                    request.bucket(target.bucket()).key(target.key()).uploadId(upload.id()));
        } catch (SdkException e) {
            if (e instanceof AwsServiceException answer && answer.statusCode() == 404) {
                return;
            }
            throw S3Failures.of(e, target);
        }
    }

    /**
     * Looks first, because stores may overlook the condition of a delete; it is for a write that
     * comes in between, also when the delete itself comes late.
     */
    @Override
    public RemoveResult remove(ObjectRef object, String expectedEtag) {
        Optional<StoredObject> there = head(object);
        if (there.isEmpty()) {
            return RemoveResult.GONE;
        }
        if (!there.get().etag().equals(expectedEtag)) {
            return RemoveResult.CHANGED;
        }
        try {
            delete(object, expectedEtag);
            return RemoveResult.GONE;
        } catch (SdkException e) {
            if (e instanceof AwsServiceException answer && S3Failures.conditionFailed(answer)) {
                return head(object).isEmpty() ? RemoveResult.GONE : RemoveResult.CHANGED;
            }
            throw S3Failures.of(e, object);
        }
    }

    /** Without the condition where the store says that it knows none. */
    private void delete(ObjectRef object, String etag) {
        DeleteObjectRequest plain =
                DeleteObjectRequest.builder().bucket(object.bucket()).key(object.key()).build();
        try {
            once.deleteObject(plain.toBuilder().ifMatch(quoted(etag)).build());
        } catch (AwsServiceException e) {
            if (e.statusCode() != NOT_IMPLEMENTED) {
                throw e;
            }
            once.deleteObject(plain);
        }
    }

    @Override
    public void download(ObjectRef object, String etag, long size, FileChannel target) {
        download.run(object, etag, size, target);
    }

    @Override
    public Listed list(BucketLocation location, String after, int limit) {
        try {
            return S3Listing.page(client, location, after, limit);
        } catch (SdkException e) {
            throw S3Failures.of(e).with("bucket", location.getBucket());
        }
    }

    @Override
    public ProbeReport probe(BucketLocation location) {
        return probe.run(location);
    }

    @Override
    public void close() {
        client.close();
        once.close();
    }

    private static RequestBody body(Slice content) {
        return RequestBody.fromContentProvider(
                () -> new SliceStream(content), content.length(), "application/octet-stream");
    }

    static String bare(@Nullable String etag) {
        return etag == null ? "" : etag.replace("\"", "");
    }

    static String quoted(String etag) {
        return '"' + etag + '"';
    }

    private static Optional<String> checksum(@Nullable String header) {
        return Optional.ofNullable(header).map(value -> "CRC32C:" + value);
    }
}
