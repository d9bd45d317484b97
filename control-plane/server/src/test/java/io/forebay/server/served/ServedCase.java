package io.forebay.server.served;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A control plane with a worker that takes its tasks, and must not fail at any. */
abstract class ServedCase {
    static final String NODE = "node-1";

    final GraphQlClient graphQl = new GraphQlClient();
    final ManagedChannel channel = Channels.open();
    SimulatedWorker worker;

    @BeforeEach
    final void startWorker() {
        worker = new SimulatedWorker(channel, "worker-1", NODE);
    }

    @AfterEach
    final void stopWorker() throws InterruptedException {
        worker.close();
        channel.shutdownNow();
        assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
        assertEquals(List.of(), worker.failures());
    }
}
