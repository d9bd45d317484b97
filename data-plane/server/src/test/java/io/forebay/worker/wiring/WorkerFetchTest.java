package io.forebay.worker.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.transport.local.StagedFileClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is not on the disk comes back from the bucket, also from one that is away for a while. */
final class WorkerFetchTest extends WorkerCase {
    @Test
    void anEvictedFileComesBackWhenTheStoreDoes() {
        away.set(3);
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            assertEquals("\0".repeat(10), read(client, evicted()));
            assertEquals(0, count("forebay.fetch.failures"));
        }
    }

    /** Invariants I8 and I9. */
    @Test
    void aStoreThatStaysAwayIsAnErrorThatShows() {
        fetchWait = Duration.ofSeconds(1);
        away.set(Integer.MAX_VALUE);
        try (Worker _ = worker();
                StagedFileClient client = client()) {
            byte[] token = FakeControlPlane.token(evicted());
            assertFails(FailureKind.FAILURE_UNAVAILABLE, client, token);
            assertFalse(Files.exists(staged(7)));
            assertEquals(1, count("forebay.fetch.failures"));
        }
    }

    @Test
    void waitsForTheStoreHoldUpNeitherOpensNorTheEnd() throws Exception {
        away.set(Integer.MAX_VALUE);
        byte[] token = FakeControlPlane.token(evicted());
        Worker worker = worker();
        Path socket = temporary.resolve("run/worker.sock");
        try (StagedFileClient client = StagedFileClient.connect(socket, Duration.ZERO)) {
            until(worker::isReady);
            Runnable inVain = () -> assertFails(FailureKind.FAILURE_UNAVAILABLE, client, token);
            Thread waiting = Thread.ofVirtual().start(inVain);
            until(() -> registry.get("forebay.fetch.waiting").gauge().value() == 1);
            ForebayException e = assertThrows(ForebayException.class, () -> client.openNow(token));
            assertEquals(FailureKind.FAILURE_BUSY, e.kind());
            write(client, 8, "bytes");
            upload(8, 5);
            assertTimeout(Duration.ofSeconds(20), worker::close);
            assertTrue(waiting.join(Duration.ofSeconds(20)));
        }
    }

    @Test
    void whatIsHereOpensAlsoWhileAsManyWaitAsMay() throws Exception {
        away.set(Integer.MAX_VALUE);
        byte[] token = FakeControlPlane.token(evicted());
        Path socket = temporary.resolve("run/worker.sock");
        AtomicInteger busy = new AtomicInteger();
        List<StagedFileClient> clients = new ArrayList<>();
        List<Thread> waiting = new ArrayList<>();
        try (Worker worker = worker();
                StagedFileClient client = client()) {
            until(worker::isReady);
            write(client, 8, "bytes");
            for (int i = 0; i < 300; i++) {
                if (i % 30 == 0) {
                    clients.add(StagedFileClient.connect(socket, Duration.ZERO));
                }
                StagedFileClient patient = clients.getLast();
                waiting.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    if (refusal(patient, token) == FailureKind.FAILURE_BUSY) {
                                        busy.incrementAndGet();
                                    }
                                }));
            }
            until(() -> busy.get() == 60);
            client.open(FakeControlPlane.token(claims(8))).close();
        } finally {
            clients.forEach(StagedFileClient::close);
        }
        for (Thread thread : waiting) {
            assertTrue(thread.join(Duration.ofSeconds(20)));
        }
        assertEquals(60, busy.get());
    }

    private static FailureKind refusal(StagedFileClient client, byte[] token) {
        return assertThrows(ForebayException.class, () -> client.open(token)).kind();
    }
}
