package io.forebay.persist.s3;

import io.forebay.persist.ObjectRef;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.util.Objects;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** What an SDK failure means for the caller. */
final class S3Failures {
    private S3Failures() {}

    static ForebayException of(SdkException failure, ObjectRef object) {
        return of(failure).with("bucket", object.bucket()).with("key", object.key());
    }

    static ForebayException of(SdkException failure) {
        if (!(failure instanceof AwsServiceException answer)) {
            return new ForebayException(
                            FailureKind.FAILURE_UNAVAILABLE,
                            "The object store does not answer; check its endpoint and the network.",
                            failure)
                    .with("cause", Objects.toString(failure.getMessage()));
        }
        return new ForebayException(kind(answer), message(answer), answer)
                .with("status", answer.statusCode())
                .with("code", code(answer));
    }

    static String code(AwsServiceException answer) {
        return answer.awsErrorDetails() == null
                ? ""
                : Objects.toString(answer.awsErrorDetails().errorCode(), "");
    }

    /** The condition of a write did not hold; a store answers 404 where If-Match finds nothing. */
    static boolean conditionFailed(AwsServiceException answer) {
        return answer.statusCode() == 412 || code(answer).equals("NoSuchKey");
    }

    static boolean uploadGone(AwsServiceException answer) {
        return code(answer).equals("NoSuchUpload");
    }

    private static FailureKind kind(AwsServiceException answer) {
        return switch (code(answer)) {
            case "BadDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch" ->
                    FailureKind.FAILURE_CORRUPT;
            case "RequestTimeout", "SlowDown" -> FailureKind.FAILURE_UNAVAILABLE;
            case "ExpiredToken", "InvalidToken" -> FailureKind.FAILURE_PERMISSION;
            case "ConditionalRequestConflict", "OperationAborted" -> FailureKind.FAILURE_BUSY;
            default ->
                    notOfAStore(answer)
                            ? FailureKind.FAILURE_UNAVAILABLE
                            : kind(answer.statusCode());
        };
    }

    /** As a gateway says it while the store behind it is away. */
    private static boolean notOfAStore(AwsServiceException answer) {
        return answer.statusCode() == 404 && code(answer).isEmpty();
    }

    private static FailureKind kind(int status) {
        return switch (status) {
            case 401, 403 -> FailureKind.FAILURE_PERMISSION;
            case 404 -> FailureKind.FAILURE_NOT_FOUND;
            case 409 -> FailureKind.FAILURE_BUSY;
            case 412 -> FailureKind.FAILURE_CONFLICT;
            case 408, 429 -> FailureKind.FAILURE_UNAVAILABLE;
            case 501 -> FailureKind.FAILURE_UNSUPPORTED;
            default ->
                    status >= 300 && status < 500
                            ? FailureKind.FAILURE_INVALID
                            : FailureKind.FAILURE_UNAVAILABLE;
        };
    }

    private static String message(AwsServiceException answer) {
        if (notOfAStore(answer)) {
            return "What answers is no object store; check its endpoint.";
        }
        return switch (code(answer)) {
            case "NoSuchBucket" -> "The bucket does not exist; create it or correct its name.";
            case "InvalidAccessKeyId" ->
                    "The object store does not know the access key; correct the credentials.";
            case "ExpiredToken" ->
                    "The session token has expired; start again with fresh credentials.";
            case "InvalidToken" ->
                    "The session token does not belong to the keys; correct the credentials.";
            case "SignatureDoesNotMatch" ->
                    "The secret key does not belong to the access key; correct the credentials.";
            case "PermanentRedirect", "AuthorizationHeaderMalformed" ->
                    "The bucket is in another region; correct the region or the endpoint.";
            case "RequestTimeTooSkewed" -> "The clock is wrong by minutes; set it.";
            case "AccessDenied" ->
                    "The credentials may not do this here; allow it in the bucket's policy.";
            case "BadDigest", "XAmzContentChecksumMismatch" ->
                    "The bytes changed on their way; they are sent again.";
            default -> messageOf(kind(answer));
        };
    }

    private static String messageOf(FailureKind kind) {
        return switch (kind) {
            case FAILURE_PERMISSION ->
                    "The object store refuses the credentials; correct them or their rights.";
            case FAILURE_NOT_FOUND -> "The object store does not have this.";
            case FAILURE_BUSY -> "Somebody else writes the same key right now; it is tried again.";
            case FAILURE_UNAVAILABLE -> "The object store cannot do this now; it is tried again.";
            case FAILURE_UNSUPPORTED ->
                    "The object store cannot do this at all; use one with conditional writes.";
            default -> "The object store refuses the request.";
        };
    }
}
