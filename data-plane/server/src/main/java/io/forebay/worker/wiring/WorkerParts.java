package io.forebay.worker.wiring;

import io.forebay.worker.telemetry.TaskTrace;
import io.forebay.worker.telemetry.WorkerMetrics;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What every worker of this process uses. */
record WorkerParts(WorkerMetrics metrics, TaskTrace trace) {
    /** A page of tasks or verdicts is far below it. */
    private static final int MESSAGE_BYTES_MAX = 16 << 20;

    private static final int KEEP_ALIVE_SECONDS = 60;

    /** Connects lazily, and again after each loss. */
    ManagedChannel connect(WorkerSettings.Address address) {
        return NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .build();
    }

    static String version() {
        String version = WorkerParts.class.getPackage().getImplementationVersion();
        return Objects.requireNonNullElse(version, "development");
    }
}
