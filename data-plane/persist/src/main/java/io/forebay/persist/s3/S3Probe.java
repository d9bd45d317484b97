package io.forebay.persist.s3;

import io.forebay.persist.ProbeReport;
import io.forebay.proto.BucketLocation;
import io.forebay.schema.ForebayException;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Tries what Forebay will do in a location: list, write on a condition, delete. */
final class S3Probe {
    private final S3Client client;

    S3Probe(S3Client client) {
        this.client = client;
    }

    ProbeReport run(BucketLocation location) {
        String bucket = location.getBucket();
        String key = location.getPrefix() + ".forebay-probe-" + UUID.randomUUID();
        return step("list", location, () -> list(location))
                .or(() -> step("write", location, () -> put(bucket, key)))
                .or(() -> step("check conditions", location, () -> putTwice(bucket, key)))
                .or(() -> step("delete", location, () -> delete(bucket, key)))
                .orElseGet(() -> new ProbeReport(true, "The location can be used."));
    }

    private void list(BucketLocation location) {
        client.listObjectsV2(request ->
                request.bucket(location.getBucket()).prefix(location.getPrefix()).maxKeys(1));
    }

    private void put(String bucket, String key) {
        client.putObject(
                request -> request.bucket(bucket).key(key).ifNoneMatch("*"), RequestBody.empty());
    }

    private void putTwice(String bucket, String key) {
        try {
            put(bucket, key);
        } catch (AwsServiceException e) {
            if (S3Failures.conditionFailed(e)) {
                return;
            }
            throw e;
        }
        delete(bucket, key);
        throw new UnsupportedOperationException("conditions are ignored");
    }

    private void delete(String bucket, String key) {
        client.deleteObject(request -> request.bucket(bucket).key(key));
    }

    private static Optional<ProbeReport> step(String what, BucketLocation location, Runnable work) {
        String place = "s3://" + location.getBucket() + "/" + location.getPrefix();
        try {
            work.run();
            return Optional.empty();
        } catch (UnsupportedOperationException e) {
            return Optional.of(
                    new ProbeReport(
                            false,
                            "The object store ignores conditions, so that it could overwrite"
                                    + " others' objects; use one with conditional writes."));
        } catch (SdkException e) {
            ForebayException failure = S3Failures.of(e);
            return Optional.of(
                    new ProbeReport(
                            false,
                            "Cannot " + what + " in " + place + ": " + failure.getMessage()));
        }
    }
}
