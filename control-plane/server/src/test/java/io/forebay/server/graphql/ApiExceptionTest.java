package io.forebay.server.graphql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.metadata.kv.StoreException;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ApiExceptionTest {
    @Test
    void aKindIsItsNameWithoutThePrefix() {
        for (FailureKind kind : FailureKind.values()) {
            String code =
                    switch (kind) {
                        case FAILURE_NONE, UNRECOGNIZED -> "INTERNAL";
                        default -> kind.name().replaceFirst("^FAILURE_", "");
                    };
            ApiException error = ApiException.of(new ForebayException(kind, "Do this."));
            assertEquals(Map.of("code", code), error.getExtensions());
            assertEquals("Do this.", error.getMessage());
        }
    }

    @Test
    void everyFailureOfTheStoreHasACode() {
        Map<StoreException.Kind, String> table =
                Map.of(
                        StoreException.Kind.CONTENDED, "BUSY",
                        StoreException.Kind.TOO_OLD, "UNAVAILABLE",
                        StoreException.Kind.UNAVAILABLE, "UNAVAILABLE",
                        StoreException.Kind.TOO_LARGE, "INVALID",
                        StoreException.Kind.NO_SPACE, "NO_SPACE",
                        StoreException.Kind.CORRUPT, "CORRUPT");
        for (StoreException.Kind kind : StoreException.Kind.values()) {
            assertEquals(table.get(kind), ApiException.code(kind));
        }
    }

    @Test
    void whatIsTranslatedStaysAsItIs() {
        ApiException first = ApiException.of(new ForebayException(FailureKind.FAILURE_BUSY, "x"));
        assertEquals(
                first,
                assertThrows(
                        ApiException.class,
                        () ->
                                ApiException.translate(() -> {
                                    throw first;
                                })));
        assertFalse(first.getMessage().isEmpty());
    }
}
