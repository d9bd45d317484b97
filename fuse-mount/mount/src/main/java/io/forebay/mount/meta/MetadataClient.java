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
import java.util.function.Predicate;

/**
 * The calls of the metadata service (metadata.proto says what each does), safe for any number of
 * threads. Each blocks until it is answered. A call that gets no answer is sent again as it is, and
 * fails with a {@link io.forebay.schema.ForebayException} of kind UNAVAILABLE when its time is up.
 * A create waits as long for a worker.
 */
public interface MetadataClient extends AutoCloseable {
    AttachReply attach(AttachRequest request);

    /** The answer under which the mount is attached from now on: it may name a nearer way. */
    void attached(AttachReply reply);

    RenewReply renew(RenewRequest request);

    DetachReply detach(DetachRequest request);

    NodeReply lookup(LookupRequest request);

    NodeReply getAttributes(GetAttributesRequest request);

    NodeReply setAttributes(SetAttributesRequest request);

    OpenReply create(CreateRequest request);

    NodeReply makeNode(MakeNodeRequest request);

    NodeReply link(LinkRequest request);

    GetXattrReply getXattr(GetXattrRequest request);

    NodeReply setXattr(SetXattrRequest request);

    NodeReply removeXattr(RemoveXattrRequest request);

    ListXattrsReply listXattrs(ListXattrsRequest request);

    ReadLinkReply readLink(ReadLinkRequest request);

    NodeReply remove(RemoveRequest request);

    RenameReply rename(RenameRequest request);

    ReadDirectoryReply readDirectory(ReadDirectoryRequest request);

    FileSystemStatusReply fileSystemStatus(FileSystemStatusRequest request);

    OpenReply open(OpenRequest request);

    NodeReply commit(CommitRequest request);

    ReleaseReply release(ReleaseRequest request);

    LockReply setLock(SetLockRequest request);

    LockReply awaitLock(AwaitLockRequest request);

    AwaitStoredReply awaitStored(AwaitStoredRequest request);

    LockReply getLock(GetLockRequest request);

    ListLocksReply listLocks(ListLocksRequest request);

    SyncReply sync(SyncRequest request);

    /**
     * Follows what others change, until {@code told} answers false or the stream ends. Is not tried
     * again, and has no time limit.
     *
     * @throws io.forebay.schema.ForebayException UNAVAILABLE when the stream broke
     */
    void watch(WatchRequest request, Predicate<WatchReply> told);

    @Override
    void close();
}
