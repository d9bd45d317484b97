package io.forebay.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.kv.StoreException;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.quarkus.runtime.QuarkusBindException;
import java.net.BindException;
import org.junit.jupiter.api.Test;

final class StartFailureTest {
    @Test
    void aFailureOfOursIsItsOwnLine() {
        StartFailure failure =
                StartFailure.of(
                        new RuntimeException(
                                "wrapped",
                                new ForebayException(FailureKind.FAILURE_INVALID, "Do this.")
                                        .with("key", "a\nb")));
        assertEquals("Do this. {key=a; b}", failure.line());
        assertTrue(failure.foreseen());
    }

    @Test
    void aStoreThatDoesNotOpenSaysWhichAndWhy() {
        StartFailure failure =
                StartFailure.of(
                        new StoreException(
                                StoreException.Kind.UNAVAILABLE, "another one has it open"));
        assertEquals(
                "The metadata store cannot be opened: another one has it open", failure.line());
        assertTrue(failure.foreseen());
    }

    @Test
    void aTakenPortIsNamed() {
        StartFailure failure =
                StartFailure.of(
                        new IllegalStateException(
                                new QuarkusBindException(
                                        "127.0.0.1", 8480, new BindException("in use"))));
        assertTrue(failure.line().startsWith("Port 8480 of 127.0.0.1 is taken"), failure.line());
        assertTrue(failure.foreseen());
    }

    @Test
    void aBugKeepsItsStackTrace() {
        StartFailure failure = StartFailure.of(new IllegalStateException("odd"));
        assertFalse(failure.foreseen());
        assertTrue(failure.line().contains("odd"), failure.line());
    }
}
