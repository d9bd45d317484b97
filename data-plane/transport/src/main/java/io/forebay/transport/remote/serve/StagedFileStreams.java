package io.forebay.transport.remote.serve;

import io.forebay.proto.FileReplyHead;
import io.forebay.proto.StagedFileServiceGrpc;
import io.forebay.transport.posix.OpenFileLimit;
import io.forebay.transport.remote.wire.FileProtocol;
import io.forebay.transport.remote.wire.Frame;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The worker's side: StagedFileService. Files are read and written by a bounded number of platform
 * threads; opens, which may wait long, have virtual threads. Closing ends all streams; what is in
 * work is answered first.
 */
public final class StagedFileStreams implements BindableService, AutoCloseable {
    /** A system call holds its thread: as many as keep an NVMe disk busy. */
    private static final int THREADS_MAX = 32;

    private static final long IDLE_SECONDS = 30;

    /** Files that are open at once, where the process may; each costs a descriptor and some kB. */
    private static final int STREAMS_MAX = 8192;

    /** Writes that were received and are not on their way to the disk. */
    private static final long INTAKE_BYTES_MAX = 64L << 20;

    private static final long CLOSE_SECONDS = 5;

    private final RemoteOpener opener;
    private final String boot;
    private final FileOperations operations;
    private final StreamWatch watch;
    private final Intake intake = new Intake(INTAKE_BYTES_MAX);
    private final int streamsMax = Math.min(STREAMS_MAX, OpenFileLimit.forOthers());
    private final Set<FileStream> streams = ConcurrentHashMap.newKeySet();
    private final ExecutorService opens =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("remote-open-", 0).factory());
    private final ThreadPoolExecutor work;

    /**
     * @param boot another one after each start of the machine: it may have lost what was not synced
     */
    public StagedFileStreams(RemoteOpener opener, String boot, StreamWatch watch) {
        this.opener = opener;
        this.boot = boot;
        this.watch = watch;
        this.operations = new FileOperations(watch);
        // Bounded by what each stream hands in at once.
        this.work =
                new ThreadPoolExecutor(
                        THREADS_MAX,
                        THREADS_MAX,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform().daemon().name("remote-io-", 0).factory());
        work.allowCoreThreadTimeOut(true);
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder(StagedFileServiceGrpc.SERVICE_NAME)
                .addMethod(
                        FileProtocol.USE,
                        ServerCalls.asyncBidiStreamingCall(client ->
                                begin((ServerCallStreamObserver<Frame<FileReplyHead>>) client)))
                .build();
    }

    private FileStream begin(ServerCallStreamObserver<Frame<FileReplyHead>> client) {
        FileStream stream = new FileStream(this, client);
        streams.add(stream);
        return stream;
    }

    boolean isFull() {
        return streams.size() > streamsMax;
    }

    String boot() {
        return boot;
    }

    RemoteOpener opener() {
        return opener;
    }

    FileOperations operations() {
        return operations;
    }

    StreamWatch watch() {
        return watch;
    }

    Intake intake() {
        return intake;
    }

    Executor opens() {
        return opens;
    }

    Executor work() {
        return work;
    }

    void ended(FileStream stream) {
        streams.remove(stream);
    }

    /** Files that mounts of other nodes have open. */
    public int openFiles() {
        return streams.size();
    }

    @Override
    public void close() {
        streams.forEach(FileStream::finish);
        work.shutdown();
        try {
            if (!work.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                work.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        streams.forEach(FileStream::cut);
        opens.shutdownNow();
    }
}
