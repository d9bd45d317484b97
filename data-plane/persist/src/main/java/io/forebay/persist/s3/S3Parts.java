package io.forebay.persist.s3;

import io.forebay.persist.Condition;
import io.forebay.persist.Crc32c;
import io.forebay.persist.ListedUpload;
import io.forebay.persist.MultipartUpload;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.UploadedPart;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** The parts of multipart uploads in the SDK's words. */
final class S3Parts {
    private S3Parts() {}

    static UploadedPart part(int number, String etag, long size, @Nullable String crc) {
        OptionalInt sum = crc == null ? OptionalInt.empty() : OptionalInt.of(Crc32c.parse(crc));
        return new UploadedPart(number, etag, size, sum);
    }

    static List<UploadedPart> list(S3Client client, MultipartUpload upload) {
        return client
                .listPartsPaginator(request ->
                        request.bucket(upload.target().bucket())
                                .key(upload.target().key())
                                .uploadId(upload.id()))
                .parts()
                .stream()
                .map(part ->
                        part(
                                part.partNumber(),
                                S3ObjectStore.bare(part.eTag()),
                                part.size(),
                                part.checksumCRC32C()))
                .toList();
    }

    /** The prefix also finds longer keys. */
    static List<ListedUpload> uploads(S3Client client, ObjectRef target) {
        return client
                .listMultipartUploadsPaginator(
                        request -> request.bucket(target.bucket()).prefix(target.key()))
                .uploads()
                .stream()
                .filter(each -> each.key().equals(target.key()))
                .map(each ->
                        new ListedUpload(
                                new MultipartUpload(target, each.uploadId()), each.initiated()))
                .toList();
    }

    static CompleteMultipartUploadRequest completion(
            MultipartUpload upload, List<UploadedPart> parts, Condition condition) {
        List<CompletedPart> completed = parts.stream().map(S3Parts::completed).toList();
        CompleteMultipartUploadRequest.Builder request =
                CompleteMultipartUploadRequest.builder()
                        .bucket(upload.target().bucket())
                        .key(upload.target().key())
                        .uploadId(upload.id())
                        .multipartUpload(whole -> whole.parts(completed));
        switch (condition) {
            case Condition.Absent() -> request.ifNoneMatch("*");
            case Condition.Matches(String etag) -> request.ifMatch(S3ObjectStore.quoted(etag));
        }
        return request.build();
    }

    private static CompletedPart completed(UploadedPart part) {
        CompletedPart.Builder built =
                CompletedPart.builder()
                        .partNumber(part.number())
                        .eTag(S3ObjectStore.quoted(part.etag()));
        part.crc32c().ifPresent(crc -> built.checksumCRC32C(Crc32c.header(crc)));
        return built.build();
    }
}
