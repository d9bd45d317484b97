package io.forebay.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.quarkus.runtime.QuarkusBindException;
import java.net.BindException;
import java.util.ConcurrentModificationException;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StartFailureTest {
    @Test
    void aFailureOfOursIsItsOwnLine() {
        StartFailure failure =
                of(
                        new RuntimeException(
                                "wrapped",
                                new ForebayException(FailureKind.FAILURE_INVALID, "Do this.")
                                        .with("key", "a\nb")));
        assertEquals("Do this. {key=a; b}", failure.line());
        assertTrue(failure.foreseen());
    }

    @Test
    void aFailureThatTheServiceForesawSaysWhatAndWhy() {
        StartFailure failure =
                of(
                        new IllegalStateException(
                                new ConcurrentModificationException("another one has it open")));
        assertEquals("The store cannot be opened: another one has it open", failure.line());
        assertTrue(failure.foreseen());
    }

    @Test
    void aTakenPortIsNamed() {
        StartFailure failure =
                of(
                        new IllegalStateException(
                                new QuarkusBindException(
                                        "127.0.0.1", 8480, new BindException("in use"))));
        assertTrue(failure.line().startsWith("Port 8480 of 127.0.0.1 is taken"), failure.line());
        assertTrue(failure.foreseen());
    }

    @Test
    void aBugKeepsItsStackTrace() {
        StartFailure failure = of(new IllegalStateException("odd"));
        assertFalse(failure.foreseen());
        assertTrue(failure.line().contains("odd"), failure.line());
    }

    private static StartFailure of(Throwable failure) {
        return StartFailure.of(
                failure,
                Map.of(ConcurrentModificationException.class, "The store cannot be opened"));
    }
}
