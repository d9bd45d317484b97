package io.forebay.server.rpc;

import io.forebay.metadata.Metadata;
import io.forebay.observability.SpanName;
import io.forebay.proto.AttachReply;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.AwaitLockRequest;
import io.forebay.proto.AwaitStoredReply;
import io.forebay.proto.AwaitStoredRequest;
import io.forebay.proto.CommitRequest;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.DetachReply;
import io.forebay.proto.DetachRequest;
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
import io.forebay.proto.LocalCallAddress;
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
import io.forebay.proto.ReleasedFile;
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
import io.forebay.proto.TraceContext;
import io.forebay.proto.WatchReply;
import io.forebay.proto.WatchRequest;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.util.List;
import java.util.function.UnaryOperator;

/** What mounts ask. */
@GrpcService
final class MetadataCalls extends MetadataServiceGrpc.MetadataServiceImplBase {
    private final Metadata model;
    private final Calls calls;
    private final CallTrace trace;
    private final ChangeStreams changes;
    private final LocalCallAddress local;

    MetadataCalls(
            Metadata model,
            Calls calls,
            CallTrace trace,
            ChangeStreams changes,
            LocalCallAddress local) {
        this.changes = changes;
        this.local = local;
        this.model = model;
        this.calls = calls;
        this.trace = trace;
    }

    @Override
    public void attach(AttachRequest request, StreamObserver<AttachReply> client) {
        calls.answer(
                Rpc.ATTACH,
                client,
                () -> model.mounts().attach(request).toBuilder().setLocal(local).build());
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<RenewReply> client) {
        calls.answer(Rpc.RENEW, client, () -> model.mounts().renew(request));
    }

    @Override
    public void detach(DetachRequest request, StreamObserver<DetachReply> client) {
        calls.answer(Rpc.DETACH, client, () -> model.mounts().detach(request));
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchReply> mount) {
        changes.watch(request, (ServerCallStreamObserver<WatchReply>) mount);
    }

    @Override
    public void lookup(LookupRequest request, StreamObserver<NodeReply> client) {
        calls.answer(Rpc.LOOKUP, client, () -> model.namespace().lookup(request));
    }

    @Override
    public void getAttributes(GetAttributesRequest request, StreamObserver<NodeReply> client) {
        calls.answer(Rpc.GET_ATTRIBUTES, client, () -> model.namespace().getAttributes(request));
    }

    @Override
    public void setAttributes(SetAttributesRequest request, StreamObserver<NodeReply> client) {
        calls.answer(Rpc.SET_ATTRIBUTES, client, () -> model.namespace().setAttributes(request));
    }

    @Override
    public void create(CreateRequest request, StreamObserver<OpenReply> client) {
        calls.answer(Rpc.CREATE, client, () -> model.openFiles().create(request));
    }

    @Override
    public void makeNode(MakeNodeRequest request, StreamObserver<NodeReply> client) {
        calls.answer(Rpc.MAKE_NODE, client, () -> model.namespace().makeNode(request));
    }

    @Override
    public void link(LinkRequest request, StreamObserver<NodeReply> client) {
        calls.answer(Rpc.LINK, client, () -> model.namespace().link(request));
    }

    @Override
    public void getXattr(GetXattrRequest request, StreamObserver<GetXattrReply> client) {
        calls.answer(Rpc.GET_XATTR, client, () -> model.namespace().getXattr(request));
    }

    @Override
    public void setXattr(SetXattrRequest request, StreamObserver<NodeReply> client) {
        calls.answer(Rpc.SET_XATTR, client, () -> model.namespace().setXattr(request));
    }

    @Override
    public void removeXattr(RemoveXattrRequest request, StreamObserver<NodeReply> client) {
        calls.answer(Rpc.REMOVE_XATTR, client, () -> model.namespace().removeXattr(request));
    }

    @Override
    public void listXattrs(ListXattrsRequest request, StreamObserver<ListXattrsReply> client) {
        calls.answer(Rpc.LIST_XATTRS, client, () -> model.namespace().listXattrs(request));
    }

    @Override
    public void readLink(ReadLinkRequest request, StreamObserver<ReadLinkReply> client) {
        calls.answer(Rpc.READ_LINK, client, () -> model.namespace().readLink(request));
    }

    @Override
    public void remove(RemoveRequest request, StreamObserver<NodeReply> client) {
        calls.answer(Rpc.REMOVE, client, () -> model.namespace().remove(request));
    }

    @Override
    public void rename(RenameRequest request, StreamObserver<RenameReply> client) {
        calls.answer(Rpc.RENAME, client, () -> model.namespace().rename(request));
    }

    @Override
    public void readDirectory(
            ReadDirectoryRequest request, StreamObserver<ReadDirectoryReply> client) {
        calls.answer(Rpc.READ_DIRECTORY, client, () -> model.namespace().readDirectory(request));
    }

    @Override
    public void fileSystemStatus(
            FileSystemStatusRequest request, StreamObserver<FileSystemStatusReply> client) {
        calls.answer(
                Rpc.FILE_SYSTEM_STATUS, client, () -> model.namespace().fileSystemStatus(request));
    }

    @Override
    public void open(OpenRequest request, StreamObserver<OpenReply> client) {
        calls.answer(Rpc.OPEN, client, () -> model.openFiles().open(request));
    }

    @Override
    public void commit(CommitRequest request, StreamObserver<NodeReply> client) {
        calls.answer(
                request.getDurable() ? Rpc.COMMIT_DURABLE : Rpc.COMMIT,
                client,
                () ->
                        trace.within(
                                SpanName.METADATA_COMMIT,
                                List.of(request.getCaller().getTrace()),
                                _ -> model.openFiles().commit(request),
                                NodeReply::getFailure));
    }

    @Override
    public void release(ReleaseRequest request, StreamObserver<ReleaseReply> client) {
        calls.answer(
                Rpc.RELEASE,
                client,
                () ->
                        trace.within(
                                SpanName.METADATA_RELEASE,
                                request.getFilesList().stream()
                                        .map(file -> traceOf(request, file))
                                        .toList(),
                                ours -> model.openFiles().release(traced(request, ours)),
                                ReleaseReply::getFailure));
    }

    @Override
    public void setLock(SetLockRequest request, StreamObserver<LockReply> client) {
        calls.answer(Rpc.SET_LOCK, client, () -> model.locks().setLock(request));
    }

    @Override
    public void awaitLock(AwaitLockRequest request, StreamObserver<LockReply> client) {
        calls.answer(
                Rpc.AWAIT_LOCK,
                client,
                () -> awaited(client, asked -> model.locks().awaitLock(request, asked)));
    }

    @Override
    public void getLock(GetLockRequest request, StreamObserver<LockReply> client) {
        calls.answer(Rpc.GET_LOCK, client, () -> model.locks().getLock(request));
    }

    @Override
    public void listLocks(ListLocksRequest request, StreamObserver<ListLocksReply> client) {
        calls.answer(Rpc.LIST_LOCKS, client, () -> model.locks().listLocks(request));
    }

    @Override
    public void awaitStored(AwaitStoredRequest request, StreamObserver<AwaitStoredReply> client) {
        calls.answer(
                Rpc.AWAIT_STORED,
                client,
                () -> awaited(client, asked -> model.storing().await(request, asked)));
    }

    private interface Waiting<T> {
        T until(Runnable asked) throws InterruptedException;
    }

    private static <T> T awaited(StreamObserver<T> client, Waiting<T> waiting) {
        try {
            return waiting.until(() -> Calls.requireAsked(client));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Calls.cancelled();
        }
    }

    @Override
    public void sync(SyncRequest request, StreamObserver<SyncReply> client) {
        calls.answer(Rpc.SYNC, client, () -> model.namespace().sync(request));
    }

    private static TraceContext traceOf(ReleaseRequest request, ReleasedFile file) {
        return file.hasTrace() ? file.getTrace() : request.getTrace();
    }

    /** The same request, in which each file goes on below our span. */
    private static ReleaseRequest traced(ReleaseRequest request, UnaryOperator<TraceContext> ours) {
        ReleaseRequest.Builder traced = request.toBuilder().clearFiles();
        for (ReleasedFile file : request.getFilesList()) {
            traced.addFiles(file.toBuilder().setTrace(ours.apply(traceOf(request, file))));
        }
        return traced.build();
    }
}
