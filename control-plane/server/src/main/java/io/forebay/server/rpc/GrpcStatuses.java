package io.forebay.server.rpc;

import io.forebay.metadata.kv.StoreException;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** A failure as a gRPC status: the outcome is not known, or the call made no sense. */
final class GrpcStatuses {
    private GrpcStatuses() {}

    static Status of(Throwable failure) {
        return switch (failure) {
            case ForebayException known ->
                    Status.fromCode(code(known.kind())).withDescription(known.getMessage());
            case StoreException known ->
                    Status.fromCode(code(known.kind())).withDescription(known.getMessage());
            case StatusRuntimeException known -> known.getStatus();
            default ->
                    Status.INTERNAL.withDescription(
                            "The control plane failed in a way that nobody foresaw: its log says"
                                    + " more.");
        };
    }

    /** Whether the failure is one of ours, or a bug to log. */
    static boolean foreseen(Throwable failure) {
        return failure instanceof ForebayException
                || failure instanceof StoreException
                || failure instanceof StatusRuntimeException;
    }

    static Status.Code code(FailureKind kind) {
        return switch (kind) {
            case FAILURE_NONE, UNRECOGNIZED -> Status.Code.INTERNAL;
            case FAILURE_NOT_FOUND, FAILURE_GONE, FAILURE_NO_XATTR -> Status.Code.NOT_FOUND;
            case FAILURE_EXISTS -> Status.Code.ALREADY_EXISTS;
            case FAILURE_NOT_DIRECTORY,
                    FAILURE_IS_DIRECTORY,
                    FAILURE_NOT_EMPTY,
                    FAILURE_STALE,
                    FAILURE_CONFLICT,
                    FAILURE_DEADLOCK ->
                    Status.Code.FAILED_PRECONDITION;
            case FAILURE_INVALID, FAILURE_NAME_TOO_LONG -> Status.Code.INVALID_ARGUMENT;
            case FAILURE_NO_SPACE,
                    FAILURE_QUOTA,
                    FAILURE_TOO_MANY_LINKS,
                    FAILURE_TOO_MANY_FILES,
                    FAILURE_NO_LOCKS ->
                    Status.Code.RESOURCE_EXHAUSTED;
            case FAILURE_BUSY, FAILURE_UNAVAILABLE -> Status.Code.UNAVAILABLE;
            case FAILURE_PERMISSION, FAILURE_FLAGGED -> Status.Code.PERMISSION_DENIED;
            case FAILURE_UNSUPPORTED -> Status.Code.UNIMPLEMENTED;
            case FAILURE_CORRUPT -> Status.Code.DATA_LOSS;
        };
    }

    static Status.Code code(StoreException.Kind kind) {
        return switch (kind) {
            case CONTENDED, TOO_OLD, UNAVAILABLE -> Status.Code.UNAVAILABLE;
            case TOO_LARGE -> Status.Code.INVALID_ARGUMENT;
            case NO_SPACE -> Status.Code.RESOURCE_EXHAUSTED;
            case CORRUPT -> Status.Code.DATA_LOSS;
        };
    }
}
