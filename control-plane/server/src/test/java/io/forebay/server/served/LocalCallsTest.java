package io.forebay.server.served;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.forebay.proto.AttachReply;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.HeartbeatReply;
import io.forebay.proto.HeartbeatRequest;
import io.forebay.proto.LocalCallAddress;
import io.forebay.proto.LookupRequest;
import io.forebay.proto.MetadataServiceGrpc;
import io.forebay.proto.ReadDirectoryRequest;
import io.forebay.proto.WatchRequest;
import io.forebay.proto.WorkerServiceGrpc;
import io.forebay.schema.Limits;
import io.forebay.schema.local.LocalCallClient;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The same service by gRPC and by the unix socket that it tells of. */
@QuarkusTest
@WithTestResource(ServerResource.class)
final class LocalCallsTest {
    private static final String NODE = "node-1";
    private static final Duration MOST = Duration.ofSeconds(30);

    private final ManagedChannel channel = Channels.open();
    private final MetadataServiceGrpc.MetadataServiceBlockingStub metadata =
            MetadataServiceGrpc.newBlockingStub(channel);

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow();
        assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
    }

    @Test
    void aMountOfThisMachineIsToldOfTheSocketAndServedThere() throws Exception {
        AttachReply mount = attach();
        LookupRequest lookup =
                LookupRequest.newBuilder()
                        .setWorkspaceId(mount.getWorkspaceId())
                        .setParent(Limits.ROOT_INO)
                        .setName(ByteString.copyFromUtf8("absent"))
                        .build();
        ReadDirectoryRequest list =
                ReadDirectoryRequest.newBuilder()
                        .setWorkspaceId(mount.getWorkspaceId())
                        .setIno(Limits.ROOT_INO)
                        .setLimit(10)
                        .build();
        try (LocalCallClient near = client(mount.getLocal())) {
            // one runs where it arrives, the other in a thread of its own
            assertEquals(
                    metadata.lookup(lookup),
                    near.call(MetadataServiceGrpc.getLookupMethod(), lookup, MOST));
            assertEquals(
                    metadata.readDirectory(list),
                    near.call(MetadataServiceGrpc.getReadDirectoryMethod(), list, MOST));
            StatusException stream =
                    assertThrows(
                            StatusException.class,
                            () ->
                                    near.call(
                                            MetadataServiceGrpc.getWatchMethod(),
                                            WatchRequest.getDefaultInstance(),
                                            MOST));
            assertEquals(Status.Code.UNIMPLEMENTED, stream.getStatus().getCode());
        }
    }

    @Test
    void aWorkerOfThisMachineIsServedThereToo() throws Exception {
        HeartbeatRequest.Builder beat = HeartbeatRequest.newBuilder();
        MethodDescriptor<HeartbeatRequest, HeartbeatReply> method =
                WorkerServiceGrpc.getHeartbeatMethod();
        try (SimulatedWorker worker = new SimulatedWorker(channel, "worker-1", NODE);
                LocalCallClient near = client(worker.registered().getLocal())) {
            beat.setWorker(worker.identity());
            assertEquals(
                    HeartbeatReply.getDefaultInstance(), near.call(method, beat.build(), MOST));
            beat.getWorkerBuilder().setEpoch(worker.identity().getEpoch() - 1);
            assertEquals(
                    HeartbeatReply.newBuilder().setFailure(FailureKind.FAILURE_STALE).build(),
                    near.call(method, beat.build(), MOST));
            assertEquals(List.of(), worker.failures());
        }
    }

    private static LocalCallClient client(LocalCallAddress address) {
        return new LocalCallClient(
                Path.of(address.getSocketPath()),
                address.getToken().toByteArray(),
                InstantSource.system());
    }

    private AttachReply attach() throws Exception {
        try (SimulatedWorker worker = new SimulatedWorker(channel, "worker-1", NODE)) {
            new GraphQlClient()
                    .data(
                            """
                            mutation { createWorkspace(input: {
                              name: "near", bucket: "near-bucket"}) { id } }
                            """);
            assertEquals(List.of(), worker.failures());
        }
        return metadata.attach(
                AttachRequest.newBuilder().setWorkspace("near").setNode(NODE).build());
    }
}
