package io.forebay.persist.s3;

import io.forebay.persist.ObjectStore;
import io.forebay.proto.BucketLocation;
import java.util.List;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/** Listings in the SDK's words. */
final class S3Listing {
    private S3Listing() {}

    /** Goes on by key, not by the store's token: that may have expired when it is used. */
    static ObjectStore.Listed page(
            S3Client client, BucketLocation location, String after, int limit) {
        String prefix = location.getPrefix();
        ListObjectsV2Response answer =
                client.listObjectsV2(request -> {
                    request.bucket(location.getBucket())
                            .prefix(prefix)
                            .maxKeys(limit)
                            .encodingType(EncodingType.URL); // else some keys are no XML
                    if (!after.isEmpty()) {
                        request.startAfter(prefix + after);
                    }
                });
        List<ObjectStore.Entry> entries =
                answer.contents().stream()
                        .map(object ->
                                new ObjectStore.Entry(
                                        object.key().substring(prefix.length()),
                                        S3ObjectStore.bare(object.eTag()),
                                        object.size(),
                                        object.lastModified()))
                        .toList();
        return new ObjectStore.Listed(entries, !Boolean.TRUE.equals(answer.isTruncated()));
    }
}
