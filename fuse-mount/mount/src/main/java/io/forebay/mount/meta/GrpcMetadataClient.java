package io.forebay.mount.meta;

import io.forebay.proto.AttachReply;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.AwaitLockRequest;
import io.forebay.proto.AwaitStoredReply;
import io.forebay.proto.AwaitStoredRequest;
import io.forebay.proto.CommitRequest;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.DetachReply;
import io.forebay.proto.DetachRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileSystemStatusReply;
import io.forebay.proto.FileSystemStatusRequest;
import io.forebay.proto.GetAttributesRequest;
import io.forebay.proto.GetLockRequest;
import io.forebay.proto.GetXattrReply;
import io.forebay.proto.GetXattrRequest;
import io.forebay.proto.LinkRequest;
import io.forebay.proto.ListLocksReply;
import io.forebay.proto.ListLocksRequest;
import io.forebay.proto.ListXattrsReply;
import io.forebay.proto.ListXattrsRequest;
import io.forebay.proto.LockReply;
import io.forebay.proto.LookupRequest;
import io.forebay.proto.MakeNodeRequest;
import io.forebay.proto.MetadataServiceGrpc;
import io.forebay.proto.NodeReply;
import io.forebay.proto.OpenReply;
import io.forebay.proto.OpenRequest;
import io.forebay.proto.ReadDirectoryReply;
import io.forebay.proto.ReadDirectoryRequest;
import io.forebay.proto.ReadLinkReply;
import io.forebay.proto.ReadLinkRequest;
import io.forebay.proto.ReleaseReply;
import io.forebay.proto.ReleaseRequest;
import io.forebay.proto.RemoveRequest;
import io.forebay.proto.RemoveXattrRequest;
import io.forebay.proto.RenameReply;
import io.forebay.proto.RenameRequest;
import io.forebay.proto.RenewReply;
import io.forebay.proto.RenewRequest;
import io.forebay.proto.SetAttributesRequest;
import io.forebay.proto.SetLockRequest;
import io.forebay.proto.SetXattrRequest;
import io.forebay.proto.SyncReply;
import io.forebay.proto.SyncRequest;
import io.forebay.proto.WatchReply;
import io.forebay.proto.WatchRequest;
import io.forebay.schema.ForebayException;
import io.forebay.schema.local.LocalFirst;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The calls of {@code MetadataService}, asked again while that may help. */
public final class GrpcMetadataClient implements MetadataClient {
    private static final long CLOSE_SECONDS = 2;

    private final ManagedChannel channel;
    private final RetryPolicy policy;
    private final InstantSource clock;
    private final Sleeper sleeper;
    private final CallWatch watch;
    private final LocalFirst calls;

    /** Takes the channel over: {@link #close} ends it. */
    public GrpcMetadataClient(
            ManagedChannel channel,
            RetryPolicy policy,
            InstantSource clock,
            Sleeper sleeper,
            CallWatch watch) {
        this.channel = channel;
        this.policy = policy;
        this.clock = clock;
        this.sleeper = sleeper;
        this.watch = watch;
        this.calls = new LocalFirst(channel, clock);
    }

    @Override
    public AttachReply attach(AttachRequest request) {
        return call(MetadataServiceGrpc.getAttachMethod(), request);
    }

    @Override
    public void attached(AttachReply reply) {
        calls.told(reply.getLocal());
    }

    @Override
    public RenewReply renew(RenewRequest request) {
        return call(MetadataServiceGrpc.getRenewMethod(), request);
    }

    @Override
    public DetachReply detach(DetachRequest request) {
        return call(MetadataServiceGrpc.getDetachMethod(), request);
    }

    @Override
    public NodeReply lookup(LookupRequest request) {
        return call(MetadataServiceGrpc.getLookupMethod(), request);
    }

    @Override
    public NodeReply getAttributes(GetAttributesRequest request) {
        return call(MetadataServiceGrpc.getGetAttributesMethod(), request);
    }

    @Override
    public NodeReply setAttributes(SetAttributesRequest request) {
        return call(MetadataServiceGrpc.getSetAttributesMethod(), request);
    }

    /** A new file needs a worker, and one that has died is back within seconds. */
    @Override
    public OpenReply create(CreateRequest request) {
        long end = clock.millis() + policy.total().toMillis();
        int attempt = 0;
        OpenReply reply = call(MetadataServiceGrpc.getCreateMethod(), request);
        while (reply.getFailure() == FailureKind.FAILURE_UNAVAILABLE
                && clock.millis() < end
                && rest(policy.pause(attempt))) {
            attempt++;
            reply = call(MetadataServiceGrpc.getCreateMethod(), request);
        }
        return reply;
    }

    private boolean rest(Duration pause) {
        try {
            sleeper.sleep(pause);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public NodeReply makeNode(MakeNodeRequest request) {
        return call(MetadataServiceGrpc.getMakeNodeMethod(), request);
    }

    @Override
    public NodeReply link(LinkRequest request) {
        return call(MetadataServiceGrpc.getLinkMethod(), request);
    }

    @Override
    public GetXattrReply getXattr(GetXattrRequest request) {
        return call(MetadataServiceGrpc.getGetXattrMethod(), request);
    }

    @Override
    public NodeReply setXattr(SetXattrRequest request) {
        return call(MetadataServiceGrpc.getSetXattrMethod(), request);
    }

    @Override
    public NodeReply removeXattr(RemoveXattrRequest request) {
        return call(MetadataServiceGrpc.getRemoveXattrMethod(), request);
    }

    @Override
    public ListXattrsReply listXattrs(ListXattrsRequest request) {
        return call(MetadataServiceGrpc.getListXattrsMethod(), request);
    }

    @Override
    public ReadLinkReply readLink(ReadLinkRequest request) {
        return call(MetadataServiceGrpc.getReadLinkMethod(), request);
    }

    @Override
    public NodeReply remove(RemoveRequest request) {
        return call(MetadataServiceGrpc.getRemoveMethod(), request);
    }

    @Override
    public RenameReply rename(RenameRequest request) {
        return call(MetadataServiceGrpc.getRenameMethod(), request);
    }

    @Override
    public ReadDirectoryReply readDirectory(ReadDirectoryRequest request) {
        return call(MetadataServiceGrpc.getReadDirectoryMethod(), request);
    }

    @Override
    public FileSystemStatusReply fileSystemStatus(FileSystemStatusRequest request) {
        return call(MetadataServiceGrpc.getFileSystemStatusMethod(), request);
    }

    @Override
    public OpenReply open(OpenRequest request) {
        return call(MetadataServiceGrpc.getOpenMethod(), request);
    }

    @Override
    public NodeReply commit(CommitRequest request) {
        return call(MetadataServiceGrpc.getCommitMethod(), request);
    }

    @Override
    public ReleaseReply release(ReleaseRequest request) {
        return call(MetadataServiceGrpc.getReleaseMethod(), request);
    }

    @Override
    public LockReply setLock(SetLockRequest request) {
        return call(MetadataServiceGrpc.getSetLockMethod(), request);
    }

    @Override
    public LockReply awaitLock(AwaitLockRequest request) {
        return call(MetadataServiceGrpc.getAwaitLockMethod(), request);
    }

    @Override
    public AwaitStoredReply awaitStored(AwaitStoredRequest request) {
        return call(MetadataServiceGrpc.getAwaitStoredMethod(), request);
    }

    @Override
    public LockReply getLock(GetLockRequest request) {
        return call(MetadataServiceGrpc.getGetLockMethod(), request);
    }

    @Override
    public ListLocksReply listLocks(ListLocksRequest request) {
        return call(MetadataServiceGrpc.getListLocksMethod(), request);
    }

    @Override
    public SyncReply sync(SyncRequest request) {
        return call(MetadataServiceGrpc.getSyncMethod(), request);
    }

    @Override
    public void watch(WatchRequest request, Predicate<WatchReply> told) {
        MethodDescriptor<WatchRequest, WatchReply> method = MetadataServiceGrpc.getWatchMethod();
        try (Context.CancellableContext stream = Context.ROOT.withCancellation()) {
            stream.run(() -> {
                Iterator<WatchReply> replies =
                        ClientCalls.blockingServerStreamingCall(
                                channel, method, CallOptions.DEFAULT, request);
                boolean more = true;
                while (more && replies.hasNext()) {
                    more = told.test(replies.next());
                }
            });
        } catch (StatusRuntimeException e) {
            throw unavailable("The control plane's stream of changes ended", e, method);
        }
    }

    @Override
    public void close() {
        calls.close();
        channel.shutdownNow();
        try {
            channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <Q, R> R call(MethodDescriptor<Q, R> method, Q request) {
        CallWatch.Call watched =
                watch.begin(Objects.requireNonNullElse(method.getBareMethodName(), ""));
        try {
            R reply = retried(method, request, watched);
            watched.end(true);
            return reply;
        } catch (InterruptedException e) {
            watched.cut();
            Thread.currentThread().interrupt();
            throw unavailable("The call was interrupted", e, method);
        } catch (RuntimeException e) {
            watched.end(false);
            throw e;
        }
    }

    private <Q, R> R retried(MethodDescriptor<Q, R> method, Q request, CallWatch.Call watched)
            throws InterruptedException {
        long end = clock.millis() + policy.total().toMillis();
        for (int attempt = 0; ; attempt++) {
            try {
                return calls.call(method, request, policy.eachTry());
            } catch (StatusRuntimeException e) {
                Duration pause = policy.pause(attempt);
                if (!mayHelp(e.getStatus(), attempt) || clock.millis() + pause.toMillis() >= end) {
                    throw failure(e, method);
                }
                watched.again();
                sleeper.sleep(pause);
                channel.resetConnectBackoff();
            }
        }
    }

    private boolean mayHelp(Status status, int attempt) {
        return switch (status.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, ABORTED -> true;
            case UNKNOWN, INTERNAL, RESOURCE_EXHAUSTED -> attempt + 1 < policy.suspectTriesMost();
            case OK,
                    INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    FAILED_PRECONDITION,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    DATA_LOSS,
                    UNAUTHENTICATED ->
                    false;
        };
    }

    private static ForebayException failure(
            StatusRuntimeException e, MethodDescriptor<?, ?> method) {
        if (e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED) {
            return new ForebayException(
                            FailureKind.FAILURE_NO_SPACE,
                            "The control plane's disk is full; free some space on it",
                            e)
                    .with("rpc", method.getFullMethodName());
        }
        return unavailable("The control plane did not answer; see that it runs", e, method);
    }

    private static ForebayException unavailable(
            String message, Exception cause, MethodDescriptor<?, ?> method) {
        return new ForebayException(FailureKind.FAILURE_UNAVAILABLE, message, cause)
                .with("rpc", method.getFullMethodName())
                .with("cause", cause.toString());
    }
}
