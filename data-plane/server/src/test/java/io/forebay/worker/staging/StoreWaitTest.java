package io.forebay.worker.staging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.worker.telemetry.WorkerMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariant I9: a store that is away is waited for, and not for ever. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class StoreWaitTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicInteger tries = new AtomicInteger();

    private StoreWait waitFor(Duration limit) {
        return new StoreWait(limit, stopping, new WorkerMetrics(registry));
    }

    /** Fails that many times, and looks whether everybody can see that it is waited for. */
    private void fetch(int failures, FailureKind kind) {
        assertEquals(tries.get() == 0 ? 0 : 1, waiting());
        if (tries.getAndIncrement() < failures) {
            throw new ForebayException(kind, "The object store does not answer.");
        }
    }

    private double waiting() {
        return registry.get("forebay.fetch.waiting").gauge().value();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void aStoreThatComesBackIsNoFailure(int failures) {
        waitFor(LONG).run(() -> fetch(failures, FailureKind.FAILURE_UNAVAILABLE));
        assertEquals(failures + 1, tries.get());
        assertEquals(0, waiting());
    }

    @Test
    void aStoreThatStaysAwayIsOneWhenTheTimeIsUp() {
        StoreWait wait = waitFor(Duration.ofSeconds(1));
        long start = System.nanoTime();
        ForebayException e =
                assertThrows(
                        ForebayException.class,
                        () ->
                                wait.run(() ->
                                        fetch(Integer.MAX_VALUE, FailureKind.FAILURE_UNAVAILABLE)));
        assertEquals(FailureKind.FAILURE_UNAVAILABLE, e.kind());
        assertTrue(System.nanoTime() - start >= Duration.ofSeconds(1).toNanos());
        assertTrue(tries.get() > 2 && tries.get() < 10, "with pauses that grow: " + tries);
        assertEquals(0, waiting());
    }

    @Test
    void aWaitOfNothingIsOneTry() {
        StoreWait wait = waitFor(Duration.ZERO);
        assertThrows(
                ForebayException.class,
                () -> wait.run(() -> fetch(1, FailureKind.FAILURE_UNAVAILABLE)));
        assertEquals(1, tries.get());
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {
                "FAILURE_NOT_FOUND",
                "FAILURE_PERMISSION",
                "FAILURE_CONFLICT",
                "FAILURE_CORRUPT",
                "FAILURE_INVALID"
            })
    void whatTheStoreAnswersIsFinal(FailureKind kind) {
        StoreWait wait = waitFor(LONG);
        assertEquals(
                kind,
                assertThrows(ForebayException.class, () -> wait.run(() -> fetch(9, kind))).kind());
        assertEquals(1, tries.get());
        ForebayException answer = new ForebayException(kind, "An answer after a silence");
        tries.set(0);
        assertSame(
                answer,
                assertThrows(
                        ForebayException.class,
                        () ->
                                wait.run(() -> {
                                    if (tries.get() == 2) {
                                        throw answer;
                                    }
                                    fetch(2, FailureKind.FAILURE_UNAVAILABLE);
                                })));
        assertEquals(0, waiting());
    }

    @Test
    void aWorkerThatStopsDoesNotWait() throws InterruptedException {
        StoreWait wait = waitFor(LONG);
        Thread fetch =
                Thread.ofVirtual()
                        .start(() ->
                                assertThrows(
                                        ForebayException.class,
                                        () ->
                                                wait.run(() ->
                                                        fetch(
                                                                Integer.MAX_VALUE,
                                                                FailureKind.FAILURE_UNAVAILABLE))));
        while (tries.get() < 2) {
            Thread.sleep(10);
        }
        stopping.countDown();
        assertTrue(fetch.join(Duration.ofSeconds(10)));
        assertEquals(0, waiting());
    }
}
