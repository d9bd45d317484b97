package io.forebay.server.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.kv.StoreException;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.grpc.Status;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class GrpcStatusesTest {
    @Test
    void everyKindHasItsStatus() {
        Map<FailureKind, Status.Code> table = new EnumMap<>(FailureKind.class);
        table.put(FailureKind.FAILURE_NONE, Status.Code.INTERNAL);
        table.put(FailureKind.FAILURE_NOT_FOUND, Status.Code.NOT_FOUND);
        table.put(FailureKind.FAILURE_EXISTS, Status.Code.ALREADY_EXISTS);
        table.put(FailureKind.FAILURE_NOT_DIRECTORY, Status.Code.FAILED_PRECONDITION);
        table.put(FailureKind.FAILURE_IS_DIRECTORY, Status.Code.FAILED_PRECONDITION);
        table.put(FailureKind.FAILURE_NOT_EMPTY, Status.Code.FAILED_PRECONDITION);
        table.put(FailureKind.FAILURE_INVALID, Status.Code.INVALID_ARGUMENT);
        table.put(FailureKind.FAILURE_NAME_TOO_LONG, Status.Code.INVALID_ARGUMENT);
        table.put(FailureKind.FAILURE_NO_SPACE, Status.Code.RESOURCE_EXHAUSTED);
        table.put(FailureKind.FAILURE_QUOTA, Status.Code.RESOURCE_EXHAUSTED);
        table.put(FailureKind.FAILURE_STALE, Status.Code.FAILED_PRECONDITION);
        table.put(FailureKind.FAILURE_BUSY, Status.Code.UNAVAILABLE);
        table.put(FailureKind.FAILURE_UNAVAILABLE, Status.Code.UNAVAILABLE);
        table.put(FailureKind.FAILURE_CONFLICT, Status.Code.FAILED_PRECONDITION);
        table.put(FailureKind.FAILURE_PERMISSION, Status.Code.PERMISSION_DENIED);
        table.put(FailureKind.FAILURE_UNSUPPORTED, Status.Code.UNIMPLEMENTED);
        table.put(FailureKind.FAILURE_TOO_MANY_FILES, Status.Code.RESOURCE_EXHAUSTED);
        table.put(FailureKind.FAILURE_TOO_MANY_LINKS, Status.Code.RESOURCE_EXHAUSTED);
        table.put(FailureKind.FAILURE_CORRUPT, Status.Code.DATA_LOSS);
        table.put(FailureKind.FAILURE_NO_XATTR, Status.Code.NOT_FOUND);
        table.put(FailureKind.FAILURE_DEADLOCK, Status.Code.FAILED_PRECONDITION);
        table.put(FailureKind.FAILURE_NO_LOCKS, Status.Code.RESOURCE_EXHAUSTED);
        table.put(FailureKind.FAILURE_GONE, Status.Code.NOT_FOUND);
        table.put(FailureKind.FAILURE_FLAGGED, Status.Code.PERMISSION_DENIED);
        table.put(FailureKind.UNRECOGNIZED, Status.Code.INTERNAL);
        for (FailureKind kind : FailureKind.values()) {
            Status status = GrpcStatuses.of(new ForebayException(kind, "Do this.").with("a", 1));
            assertEquals(table.get(kind), status.getCode(), kind.name());
            assertEquals("Do this. {a=1}", status.getDescription());
        }
    }

    @Test
    void everyFailureOfTheStoreHasItsStatus() {
        Map<StoreException.Kind, Status.Code> table =
                Map.of(
                        StoreException.Kind.CONTENDED, Status.Code.UNAVAILABLE,
                        StoreException.Kind.TOO_OLD, Status.Code.UNAVAILABLE,
                        StoreException.Kind.UNAVAILABLE, Status.Code.UNAVAILABLE,
                        StoreException.Kind.TOO_LARGE, Status.Code.INVALID_ARGUMENT,
                        StoreException.Kind.NO_SPACE, Status.Code.RESOURCE_EXHAUSTED,
                        StoreException.Kind.CORRUPT, Status.Code.DATA_LOSS);
        for (StoreException.Kind kind : StoreException.Kind.values()) {
            assertEquals(
                    table.get(kind),
                    GrpcStatuses.of(new StoreException(kind, "text")).getCode(),
                    kind.name());
        }
    }

    @Test
    void aBugIsInternalAndTellsNothing() {
        IllegalStateException bug = new IllegalStateException("secret");
        Status status = GrpcStatuses.of(bug);
        assertEquals(Status.Code.INTERNAL, status.getCode());
        assertFalse(String.valueOf(status.getDescription()).contains("secret"));
        assertFalse(GrpcStatuses.foreseen(bug));
        assertTrue(GrpcStatuses.foreseen(Status.CANCELLED.asRuntimeException()));
    }
}
