package io.forebay.worker.wiring;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.forebay.proto.BeginEvictReply;
import io.forebay.proto.BeginEvictRequest;
import io.forebay.proto.BeginPublishReply;
import io.forebay.proto.BeginPublishRequest;
import io.forebay.proto.Claims;
import io.forebay.proto.DescribeStagedReply;
import io.forebay.proto.DescribeStagedRequest;
import io.forebay.proto.EndTasksReply;
import io.forebay.proto.EndTasksRequest;
import io.forebay.proto.EndedTask;
import io.forebay.proto.EvictIntent;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FinishPublishReply;
import io.forebay.proto.FinishPublishRequest;
import io.forebay.proto.HeartbeatReply;
import io.forebay.proto.HeartbeatRequest;
import io.forebay.proto.LocalCallAddress;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict;
import io.forebay.proto.RegisterWorkerReply;
import io.forebay.proto.RegisterWorkerRequest;
import io.forebay.proto.StagedRef;
import io.forebay.proto.StagedVerdict;
import io.forebay.proto.TakeTasksReply;
import io.forebay.proto.TakeTasksRequest;
import io.forebay.proto.Task;
import io.forebay.proto.TaskLane;
import io.forebay.proto.WorkerServiceGrpc;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** A control plane that says what a test wants, over the real wire. */
final class FakeControlPlane extends WorkerServiceGrpc.WorkerServiceImplBase
        implements AutoCloseable {
    static final String WORKER = "worker-1";
    private static final byte[] KEY =
            "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    final BlockingQueue<Task> copies = new LinkedBlockingQueue<>();
    final BlockingQueue<PublishOutcome> outcomes = new LinkedBlockingQueue<>();
    final BlockingQueue<EndedTask> ended = new LinkedBlockingQueue<>();
    final BlockingQueue<HeartbeatRequest> heartbeats = new LinkedBlockingQueue<>();
    final Map<StagedRef, StagedVerdict> verdicts = new ConcurrentHashMap<>();

    /** The sizes that were told after a loss of power, by inode. */
    final Map<Long, Long> remains = new ConcurrentHashMap<>();

    final AtomicReference<FailureKind> heartbeat = new AtomicReference<>(FailureKind.FAILURE_NONE);
    final AtomicReference<Predicate<EvictIntent>> evictable = new AtomicReference<>(intent -> true);
    final AtomicInteger epoch = new AtomicInteger();

    /** What it tells workers of a unix socket. */
    final AtomicReference<LocalCallAddress> local =
            new AtomicReference<>(LocalCallAddress.getDefaultInstance());

    private final int port;
    private @Nullable Server server;

    FakeControlPlane(int port) {
        this.port = port;
    }

    FakeControlPlane start() throws IOException {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .addService(this)
                        .build()
                        .start();
        return this;
    }

    @Override
    public void close() {
        if (server != null) {
            server.shutdownNow();
            try {
                server.awaitTermination(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A token as the real one signs it. */
    static byte[] token(Claims.Builder claims) {
        ByteString bytes =
                claims.setWorkerId(WORKER)
                        .setExpiresAtMillis(Long.MAX_VALUE)
                        .build()
                        .toByteString();
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
            return bytes.concat(ByteString.copyFrom(mac.doFinal(bytes.toByteArray())))
                    .toByteArray();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void register(RegisterWorkerRequest request, StreamObserver<RegisterWorkerReply> to) {
        heartbeat.compareAndSet(FailureKind.FAILURE_NOT_FOUND, FailureKind.FAILURE_NONE);
        answer(
                to,
                RegisterWorkerReply.newBuilder()
                        .setEpoch(epoch.incrementAndGet())
                        .setGrantKey(ByteString.copyFrom(KEY))
                        .setHeartbeatMillis(50)
                        .setLocal(local.get())
                        .build());
    }

    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatReply> to) {
        heartbeats.add(request);
        answer(to, HeartbeatReply.newBuilder().setFailure(heartbeat.get()).build());
    }

    @Override
    public void takeTasks(TakeTasksRequest request, StreamObserver<TakeTasksReply> to) {
        TakeTasksReply.Builder reply = TakeTasksReply.newBuilder().setLeaseMillis(60_000);
        try {
            boolean copying = request.getLane() == TaskLane.TASK_LANE_COPIES;
            Task first = (copying ? copies : tasks).poll(100, TimeUnit.MILLISECONDS);
            if (first != null) {
                reply.addTasks(first);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        answer(to, reply.build());
    }

    @Override
    public void beginPublish(BeginPublishRequest request, StreamObserver<BeginPublishReply> to) {
        BeginPublishReply.Builder reply = BeginPublishReply.newBuilder();
        request.getIntentsList()
                .forEach(intent ->
                        reply.addVerdicts(
                                PublishVerdict.newBuilder()
                                        .setDecision(PublishVerdict.Decision.DECISION_GO)));
        answer(to, reply.build());
    }

    @Override
    public void finishPublish(FinishPublishRequest request, StreamObserver<FinishPublishReply> to) {
        outcomes.addAll(request.getOutcomesList());
        answer(to, FinishPublishReply.getDefaultInstance());
    }

    @Override
    public void endTasks(EndTasksRequest request, StreamObserver<EndTasksReply> to) {
        ended.addAll(request.getTasksList());
        answer(to, EndTasksReply.getDefaultInstance());
    }

    @Override
    public void describeStaged(
            DescribeStagedRequest request, StreamObserver<DescribeStagedReply> to) {
        DescribeStagedReply.Builder reply = DescribeStagedReply.newBuilder();
        StagedVerdict dirty =
                StagedVerdict.newBuilder().setNeed(StagedVerdict.Need.NEED_DIRTY).build();
        for (StagedRef file : request.getFilesList()) {
            StagedRef name = file.toBuilder().clearRemains().build();
            reply.addVerdicts(verdicts.getOrDefault(name, dirty));
            if (file.hasRemains()) {
                remains.put(file.getIno(), file.getRemains().getSize());
            }
        }
        answer(to, reply.build());
    }

    @Override
    public void beginEvict(BeginEvictRequest request, StreamObserver<BeginEvictReply> to) {
        BeginEvictReply.Builder reply = BeginEvictReply.newBuilder();
        request.getIntentsList().forEach(intent -> reply.addGranted(evictable.get().test(intent)));
        answer(to, reply.build());
    }

    private static <T extends MessageLite> void answer(StreamObserver<T> to, T reply) {
        to.onNext(reply);
        to.onCompleted();
    }
}
