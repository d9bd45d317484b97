package io.forebay.mount.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.forebay.mount.kept.KeptState;
import io.forebay.proto.AttachReply;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.DetachReply;
import io.forebay.proto.DetachRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.LocalCallAddress;
import io.forebay.proto.MakeNodeRequest;
import io.forebay.proto.MetadataServiceGrpc;
import io.forebay.proto.NodeReply;
import io.forebay.proto.OpenReply;
import io.forebay.proto.RenewReply;
import io.forebay.proto.RenewRequest;
import io.forebay.proto.RequestId;
import io.forebay.schema.ForebayException;
import io.forebay.schema.local.LocalCallServer;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GrpcMetadataClientTest {
    private static final RetryPolicy POLICY =
            new RetryPolicy(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(10),
                    Duration.ofMillis(1),
                    Duration.ofMillis(20),
                    2);

    /** Gives up at once. */
    private static final RetryPolicy HASTY =
            new RetryPolicy(
                    Duration.ZERO,
                    Duration.ofSeconds(10),
                    Duration.ofMillis(1),
                    Duration.ofMillis(1),
                    2);

    private static final byte[] TOKEN = {1, 2, 3};

    private final Service service = new Service();
    private Server server = start(0);
    private final AtomicInteger again = new AtomicInteger();
    private GrpcMetadataClient client = client(POLICY, InstantSource.system());

    /** Executes, and loses as many answers as it is told. */
    private static final class Service extends MetadataServiceGrpc.MetadataServiceImplBase {
        final List<RequestId> seen = new CopyOnWriteArrayList<>();
        final AtomicInteger lost = new AtomicInteger();
        final List<CreateRequest> creates = new CopyOnWriteArrayList<>();
        final AtomicInteger workerless = new AtomicInteger();
        final AtomicLong mount = new AtomicLong(5);
        volatile @Nullable LocalCallAddress local;
        volatile Status status = Status.UNAVAILABLE;

        @Override
        public void attach(AttachRequest request, StreamObserver<AttachReply> out) {
            AttachReply.Builder reply = AttachReply.newBuilder();
            if (request.getWorkspace().equals("none")) {
                reply.setFailure(FailureKind.FAILURE_NOT_FOUND);
            }
            if (local != null) {
                reply.setLocal(local);
            }
            reply.setMountId(mount.get()).setWorkspaceId(3).setLeaseMillis(600_000);
            answer(out, reply.build());
        }

        @Override
        public void renew(RenewRequest request, StreamObserver<RenewReply> out) {
            boolean stale = request.getMountId() != mount.get();
            answer(
                    out,
                    RenewReply.newBuilder()
                            .setFailure(
                                    stale ? FailureKind.FAILURE_STALE : FailureKind.FAILURE_NONE)
                            .build());
        }

        @Override
        public void detach(DetachRequest request, StreamObserver<DetachReply> out) {
            answer(out, DetachReply.getDefaultInstance());
        }

        @Override
        public void makeNode(MakeNodeRequest request, StreamObserver<NodeReply> out) {
            seen.add(request.getCaller().getRequest());
            if (lost.getAndDecrement() > 0) {
                out.onError(status.asRuntimeException());
            } else if (request.getCaller().getMountId() != mount.get()) {
                answer(out, NodeReply.newBuilder().setFailure(FailureKind.FAILURE_STALE).build());
            } else {
                answer(out, NodeReply.getDefaultInstance());
            }
        }

        @Override
        public void create(CreateRequest request, StreamObserver<OpenReply> out) {
            creates.add(request);
            boolean alone = workerless.getAndDecrement() > 0;
            answer(
                    out,
                    OpenReply.newBuilder()
                            .setFailure(
                                    alone
                                            ? FailureKind.FAILURE_UNAVAILABLE
                                            : FailureKind.FAILURE_NONE)
                            .build());
        }

        private static <T> void answer(StreamObserver<T> out, T reply) {
            out.onNext(reply);
            out.onCompleted();
        }
    }

    /** What stands at the socket. */
    private static final class NearService extends MetadataServiceGrpc.MetadataServiceImplBase {
        final List<RequestId> seen = new CopyOnWriteArrayList<>();
        volatile boolean refuse;

        @Override
        public void makeNode(MakeNodeRequest request, StreamObserver<NodeReply> out) {
            seen.add(request.getCaller().getRequest());
            if (refuse) {
                out.onError(Status.INVALID_ARGUMENT.asRuntimeException());
            } else {
                Service.answer(out, NodeReply.getDefaultInstance());
            }
        }
    }

    private static LocalCallAddress address(Path socket) {
        return LocalCallAddress.newBuilder()
                .setSocketPath(socket.toString())
                .setToken(ByteString.copyFrom(TOKEN))
                .build();
    }

    private Server start(int port) {
        try {
            return NettyServerBuilder.forAddress(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    .addService(service)
                    .build()
                    .start();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private GrpcMetadataClient client(RetryPolicy policy, InstantSource clock) {
        CallWatch watch =
                rpc ->
                        new CallWatch.Call() {
                            @Override
                            public void again() {
                                again.incrementAndGet();
                            }

                            @Override
                            public void end(boolean answered) {}

                            @Override
                            public void cut() {}
                        };
        return new GrpcMetadataClient(
                MetadataChannels.open("127.0.0.1", server.getPort()),
                policy,
                clock,
                pause -> TimeUnit.NANOSECONDS.sleep(pause.toNanos()),
                watch);
    }

    @BeforeEach
    void reset() {
        service.seen.clear();
    }

    @AfterEach
    void stop() throws InterruptedException {
        client.close();
        server.shutdownNow();
        server.awaitTermination(10, TimeUnit.SECONDS);
    }

    private static NodeReply make(Attachment attachment, MetadataClient client) {
        return attachment.mutate(
                Origin.MOUNT,
                caller -> client.makeNode(MakeNodeRequest.newBuilder().setCaller(caller).build()),
                NodeReply::getFailure);
    }

    @Test
    void aLostAnswerIsAskedForAgainUnderTheSameId() {
        try (Attachment attachment =
                Attachment.attach(client, AttachRequest.getDefaultInstance())) {
            service.lost.set(3);
            make(attachment, client);
            assertEquals(4, service.seen.size());
            assertEquals(1, List.copyOf(service.seen).stream().distinct().count());
            assertEquals(3, again.get());
            make(attachment, client);
            assertNotEquals(service.seen.getFirst(), service.seen.getLast());
        }
    }

    @Test
    void threadsNumberTheirMutationsApart() throws Exception {
        try (Attachment attachment = Attachment.attach(client, AttachRequest.getDefaultInstance());
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<NodeReply>> done =
                    threads.invokeAll(Collections.nCopies(400, () -> make(attachment, client)));
            for (Future<NodeReply> one : done) {
                assertEquals(FailureKind.FAILURE_NONE, one.get().getFailure());
            }
            assertEquals(400, service.seen.stream().distinct().count());
        }
    }

    @Test
    void aRestartOfTheControlPlaneIsSurvived() throws Exception {
        try (Attachment attachment = Attachment.attach(client, AttachRequest.getDefaultInstance());
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            int port = server.getPort();
            server.shutdownNow();
            assertTrue(server.awaitTermination(10, TimeUnit.SECONDS));
            Future<NodeReply> waiting = thread.submit(() -> make(attachment, client));
            while (again.get() < 2) {
                Thread.onSpinWait();
            }
            server = start(port);
            assertEquals(FailureKind.FAILURE_NONE, waiting.get().getFailure());
        }
    }

    @Test
    void whatCannotHelpIsNotTriedAgain() {
        service.status = Status.UNIMPLEMENTED;
        service.lost.set(100);
        MakeNodeRequest request = MakeNodeRequest.getDefaultInstance();
        ForebayException failure =
                assertThrows(ForebayException.class, () -> client.makeNode(request));
        assertEquals(FailureKind.FAILURE_UNAVAILABLE, failure.kind());
        assertEquals(0, again.get());
        service.status = Status.INTERNAL;
        assertThrows(ForebayException.class, () -> client.makeNode(request));
        assertEquals(1, again.get());
    }

    @Test
    void aCreateWaitsForAWorkerUnderOneRequestId() {
        service.workerless.set(3);
        CreateRequest request = CreateRequest.newBuilder().setMode(0640).build();
        assertEquals(FailureKind.FAILURE_NONE, client.create(request).getFailure());
        assertEquals(Collections.nCopies(4, request), service.creates);
    }

    @Test
    void aCreateDoesNotWaitForever() {
        client.close();
        client = client(HASTY, InstantSource.system());
        service.workerless.set(Integer.MAX_VALUE);
        assertEquals(
                FailureKind.FAILURE_UNAVAILABLE,
                client.create(CreateRequest.getDefaultInstance()).getFailure());
    }

    @Test
    void timeRunsOut() {
        client.close();
        client = client(HASTY, InstantSource.system());
        service.lost.set(1);
        ForebayException failure =
                assertThrows(
                        ForebayException.class,
                        () -> client.makeNode(MakeNodeRequest.getDefaultInstance()));
        assertEquals(FailureKind.FAILURE_UNAVAILABLE, failure.kind());
    }

    /** Also while it comes and goes: nobody sees more than a call that takes longer. */
    @Test
    void theSocketOfAControlPlaneOnThisMachineIsUsedWhileItIsThere(@TempDir Path directory)
            throws Exception {
        Path socket = directory.resolve("calls.sock");
        service.local = address(socket);
        NearService near = new NearService();
        try (Attachment attachment =
                Attachment.attach(client, AttachRequest.getDefaultInstance())) {
            make(attachment, client);
            assertEquals(1, service.seen.size());
            try (LocalCallServer _ =
                    LocalCallServer.start(socket, TOKEN, List.of(near.bindService()))) {
                while (near.seen.isEmpty()) {
                    make(attachment, client);
                }
                int before = service.seen.size();
                make(attachment, client);
                assertEquals(before, service.seen.size());
                near.refuse = true;
                assertThrows(ForebayException.class, () -> make(attachment, client));
            }
            int calls = near.seen.size() + service.seen.size();
            assertEquals(FailureKind.FAILURE_NONE, make(attachment, client).getFailure());
            assertEquals(calls + 1, near.seen.size() + service.seen.size());
            assertEquals(3, near.seen.size());
        }
    }

    @Test
    void aLostLeaseIsTakenAgain() {
        try (Attachment attachment =
                Attachment.attach(client, AttachRequest.getDefaultInstance())) {
            AtomicLong opened = new AtomicLong();
            attachment.keepLease(opened::set);
            service.mount.set(6);
            assertEquals(FailureKind.FAILURE_NONE, make(attachment, client).getFailure());
            assertEquals(6, attachment.mountId());
            assertEquals(6, opened.get());
        }
    }

    /** What a dead process had open is opened again, however long ago its lease has passed. */
    @Test
    void aLeaseThatPassedBeforeTheTakeoverIsTakenAgain() {
        AttachReply before = AttachReply.newBuilder().setMountId(4).setLeaseMillis(30_000).build();
        service.mount.set(6);
        try (Attachment attachment =
                Attachment.resume(
                        client,
                        AttachRequest.getDefaultInstance(),
                        before,
                        KeptState.alone().requests())) {
            AtomicLong opened = new AtomicLong();
            attachment.keepLease(opened::set);
            while (attachment.mountId() == 4) {
                Thread.onSpinWait();
            }
            assertEquals(6, attachment.mountId());
            assertEquals(6, opened.get());
        }
    }

    @Test
    void anUnknownWorkspaceIsSaid() {
        AttachRequest request = AttachRequest.newBuilder().setWorkspace("none").build();
        ForebayException failure =
                assertThrows(ForebayException.class, () -> Attachment.attach(client, request));
        assertEquals(FailureKind.FAILURE_NOT_FOUND, failure.kind());
    }
}
