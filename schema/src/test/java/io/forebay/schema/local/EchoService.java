package io.forebay.schema.local;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.forebay.proto.GetXattrReply;
import io.forebay.proto.GetXattrRequest;
import io.forebay.proto.MetadataServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Answers with what it was asked; a few words have a meaning of their own. */
final class EchoService extends MetadataServiceGrpc.MetadataServiceImplBase
        implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final Semaphore waiting = new Semaphore(0);
    private final Semaphore cancelled = new Semaphore(0);
    private final ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();
    private volatile @Nullable Thread caller;

    @Override
    public void getXattr(GetXattrRequest request, StreamObserver<GetXattrReply> out) {
        String text = request.getName().toStringUtf8();
        asked.add(text);
        threads.add(Thread.currentThread());
        switch (text) {
            case "refuse" ->
                    out.onError(
                            Status.RESOURCE_EXHAUSTED
                                    .withDescription("The disk is full.")
                                    .asRuntimeException());
            case "wait" -> {
                ((ServerCallStreamObserver<GetXattrReply>) out)
                        .setOnCancelHandler(cancelled::release);
                waiting.release();
            }
            case "from another thread" -> others.execute(() -> answer(text, out));
            default -> answer(text, out);
        }
    }

    private static void answer(String text, StreamObserver<GetXattrReply> out) {
        out.onNext(GetXattrReply.newBuilder().setValue(ByteString.copyFromUtf8(text)).build());
        out.onCompleted();
    }

    List<String> asked() {
        return List.copyOf(asked);
    }

    /** The threads that served calls. */
    int threads() {
        return threads.size();
    }

    void calledBy(Thread thread) {
        caller = thread;
    }

    Thread caller() {
        return Objects.requireNonNull(caller);
    }

    void awaitWaiting() throws InterruptedException {
        assertTrue(waiting.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    void awaitCancelled() throws InterruptedException {
        assertTrue(cancelled.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    @Override
    public void close() {
        others.shutdownNow();
    }
}
