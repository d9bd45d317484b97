package io.forebay.persist.s3;

import io.forebay.persist.ProbeReport;
import io.forebay.proto.BucketLocation;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
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
        return step("sign for", location, this::credentials)
                .or(() -> step("list", location, () -> list(location)))
                .or(() -> step("write", location, () -> write(bucket, key)))
                .or(() -> step("check conditions", location, () -> putTwice(bucket, key)))
                .or(() -> step("delete", location, () -> delete(bucket, key)))
                .orElseGet(() ->
                        new ProbeReport(FailureKind.FAILURE_NONE, "The location can be used."));
    }

    /** Requests would fail on missing ones as if the store did not answer. */
    private void credentials() {
        try {
            client.serviceClientConfiguration().credentialsProvider().resolveIdentity().join();
        } catch (SdkException | CompletionException e) {
            throw new ForebayException(
                    FailureKind.FAILURE_PERMISSION,
                    "The worker has no credentials for the object store.",
                    e);
        }
    }

    private void list(BucketLocation location) {
        client.listObjectsV2(request ->
                request.bucket(location.getBucket()).prefix(location.getPrefix()).maxKeys(1));
    }

    /** The key is new: where it has an object, an answer was lost and the SDK has asked again. */
    private void write(String bucket, String key) {
        try {
            put(bucket, key);
        } catch (AwsServiceException e) {
            if (!S3Failures.conditionFailed(e)) {
                throw e;
            }
        }
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
        throw new ForebayException(
                FailureKind.FAILURE_UNSUPPORTED,
                "The object store ignores conditions, so that it could overwrite others' objects;"
                        + " use one with conditional writes.");
    }

    private void delete(String bucket, String key) {
        client.deleteObject(request -> request.bucket(bucket).key(key));
    }

    private static Optional<ProbeReport> step(String what, BucketLocation location, Runnable work) {
        String place = "s3://" + location.getBucket() + "/" + location.getPrefix();
        try {
            work.run();
            return Optional.empty();
        } catch (ForebayException e) {
            return Optional.of(new ProbeReport(e.kind(), e.getMessage()));
        } catch (SdkException e) {
            ForebayException failure = S3Failures.of(e);
            return Optional.of(
                    new ProbeReport(
                            failure.kind(),
                            "Cannot " + what + " in " + place + ": " + failure.getMessage()));
        }
    }
}
