package io.forebay.wiring;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.quarkus.grpc.runtime.GrpcServerRecorder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.microprofile.config.Config;

/** The gRPC server, which Quarkus starts before the application, and starts without. */
public final class GrpcServer {
    /** The key of its port. */
    public static final String PORT = "quarkus.grpc.server.port";

    /**
     * Quarkus counts a server that listens just after it has told so, on another thread: none at
     * first is none only when it stays so.
     */
    private static final long COUNTED_NANOS_MAX = TimeUnit.SECONDS.toNanos(3);

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private GrpcServer() {}

    /**
     * A server that could not take its port would else be missing without an end.
     *
     * @throws ForebayException BUSY
     */
    public static void require(Config config) {
        long end = System.nanoTime() + COUNTED_NANOS_MAX;
        while (GrpcServerRecorder.getVerticleCount() == 0) {
            if (System.nanoTime() - end > 0) {
                throw new ForebayException(
                                FailureKind.FAILURE_BUSY,
                                "The port for gRPC is taken or not ours: stop what uses it, or"
                                        + " choose another with "
                                        + PORT
                                        + ".")
                        .with("port", config.getValue(PORT, String.class));
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
