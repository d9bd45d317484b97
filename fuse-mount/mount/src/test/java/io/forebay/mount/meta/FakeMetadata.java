package io.forebay.mount.meta;

import com.google.protobuf.ByteString;
import io.forebay.proto.AttachReply;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.Attributes;
import io.forebay.proto.AwaitLockRequest;
import io.forebay.proto.AwaitStoredReply;
import io.forebay.proto.AwaitStoredRequest;
import io.forebay.proto.CommitRequest;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.DetachReply;
import io.forebay.proto.DetachRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileLock;
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
import io.forebay.proto.NodeType;
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
import io.forebay.proto.WatchReply;
import io.forebay.proto.WatchRequest;
import io.forebay.schema.ForebayException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The metadata service in memory, for one workspace. A grant's token says ino, write, truncate. */
public final class FakeMetadata implements MetadataClient {
    public static final long WORKSPACE = 7;
    private static final long ELSEWHERE = 1;
    private static final long LEASE_MILLIS = TimeUnit.MINUTES.toMillis(10);

    private final long entryTimeoutMillis;

    /** Guarded by this, as is the rest. */
    private final FakeTree tree;

    private final FakeLocks locks = new FakeLocks();
    private final List<String> calls = new ArrayList<>();
    private long lastMount = 100;
    private final FakeStream stream = new FakeStream();
    private boolean down;

    public FakeMetadata(InstantSource clock, long entryTimeoutMillis) {
        this.tree = new FakeTree(clock);
        this.entryTimeoutMillis = entryTimeoutMillis;
    }

    // ---- what tests ask

    /** The names of the calls so far, and forgets them. */
    public synchronized List<String> takeCalls() {
        List<String> taken = List.copyOf(calls);
        calls.clear();
        return taken;
    }

    /** Inodes that a mount has open. */
    public synchronized List<Long> open() {
        return tree.nodes.values().stream()
                .filter(node -> node.reading || node.writing)
                .map(node -> node.attributes.getIno())
                .toList();
    }

    public synchronized boolean isWriting(long ino) {
        return tree.node(ino).writing;
    }

    public synchronized Attributes attributes(long ino) {
        return tree.node(ino).attributes.build();
    }

    public FakeStream stream() {
        return stream;
    }

    public FakeStore store() {
        return tree.store;
    }

    public synchronized void setDown(boolean value) {
        down = value;
    }

    /** The time is over in which files without a name can be opened. */
    public synchronized void dropLeaving() {
        tree.leaving.clear();
    }

    /** Happens between the next open, or create, and its answer. */
    public synchronized void beforeNextOpened(Runnable work) {
        tree.beforeNextOpened = work;
    }

    /** Forgets all mounts and what they have open. */
    public synchronized void endLeases() {
        lastMount++;
        locks.clear();
        for (FakeTree.Node node : tree.nodes.values()) {
            node.reading = false;
            node.writing(false);
        }
    }

    // ---- the service

    @Override
    public synchronized AttachReply attach(AttachRequest request) {
        calls.add("attach");
        return AttachReply.newBuilder()
                .setMountId(lastMount)
                .setWorkspaceId(WORKSPACE)
                .setRoot(tree.node(FakeTree.ROOT).attributes)
                .setLeaseMillis(LEASE_MILLIS)
                .setEntryTimeoutMillis(entryTimeoutMillis)
                .setWatchedTimeoutMillis(30 * entryTimeoutMillis)
                .build();
    }

    /** There is but one way to a fake. */
    @Override
    public void attached(AttachReply reply) {}

    @Override
    public synchronized RenewReply renew(RenewRequest request) {
        FailureKind failure =
                request.getMountId() == lastMount
                        ? FailureKind.FAILURE_NONE
                        : FailureKind.FAILURE_STALE;
        return RenewReply.newBuilder().setFailure(failure).build();
    }

    @Override
    public synchronized DetachReply detach(DetachRequest request) {
        calls.add("detach");
        return DetachReply.getDefaultInstance();
    }

    @Override
    public NodeReply lookup(LookupRequest request) {
        return answer("lookup", () -> tree.child(request.getParent(), request.getName()));
    }

    @Override
    public NodeReply getAttributes(GetAttributesRequest request) {
        return answer("getAttributes", () -> tree.node(request.getIno()));
    }

    @Override
    public NodeReply setAttributes(SetAttributesRequest request) {
        return answer(
                "setAttributes",
                () -> {
                    FakeTree.Node node = tree.node(request.getIno());
                    tree.change(node.attributes, request);
                    return node;
                });
    }

    @Override
    public synchronized OpenReply create(CreateRequest request) {
        try {
            called("create");
            checkMount(request.getCaller().getMountId());
            FakeTree.Node parent = tree.directory(request.getParent());
            Long known = parent.children.get(request.getName());
            if (known != null && request.getExclusive()) {
                throw FakeTree.refused(FailureKind.FAILURE_EXISTS);
            }
            if (known != null) {
                return tree.opened(
                        tree.node(known),
                        request.getRead(),
                        request.getWrite(),
                        request.getTruncate());
            }
            int mode = request.getMode() & ~request.getUmask();
            FakeTree.Node node =
                    request.getUnnamed()
                            ? tree.unnamed(parent, mode)
                            : tree.add(parent, request.getName(), NodeType.NODE_TYPE_FILE, mode);
            return tree.opened(node, request.getRead(), true, false).toBuilder()
                    .setParent(parent.attributes)
                    .setCreated(true)
                    .build();
        } catch (ForebayException e) {
            return OpenReply.newBuilder().setFailure(kind(e)).build();
        }
    }

    @Override
    public NodeReply makeNode(MakeNodeRequest request) {
        return answer(
                "makeNode",
                () -> {
                    checkMount(request.getCaller().getMountId());
                    FakeTree.Node parent = tree.directory(request.getParent());
                    if (parent.children.containsKey(request.getName())) {
                        throw FakeTree.refused(FailureKind.FAILURE_EXISTS);
                    }
                    int mode = request.getMode() & ~request.getUmask();
                    FakeTree.Node node =
                            tree.add(parent, request.getName(), request.getType(), mode);
                    node.target = request.getLinkTarget();
                    node.attributes.setRdev(request.getRdev());
                    return node;
                });
    }

    @Override
    public NodeReply link(LinkRequest request) {
        return answer(
                "link",
                () -> {
                    FakeTree.Node parent = tree.directory(request.getNewParent());
                    FakeTree.Node node = tree.node(request.getIno());
                    if (parent.children.containsKey(request.getNewName())) {
                        throw FakeTree.refused(FailureKind.FAILURE_EXISTS);
                    }
                    tree.link(node, parent, request.getNewName());
                    return node;
                });
    }

    @Override
    public synchronized GetXattrReply getXattr(GetXattrRequest request) {
        called("getXattr");
        ByteString value = tree.node(request.getIno()).xattrs.get(request.getName());
        return value == null
                ? GetXattrReply.newBuilder().setFailure(FailureKind.FAILURE_NO_XATTR).build()
                : GetXattrReply.newBuilder().setValue(value).build();
    }

    @Override
    public NodeReply setXattr(SetXattrRequest request) {
        return answer(
                "setXattr",
                () -> {
                    FakeTree.Node node = tree.node(request.getIno());
                    tree.setXattr(node, request.getName(), request.getValue());
                    return node;
                });
    }

    @Override
    public NodeReply removeXattr(RemoveXattrRequest request) {
        return answer(
                "removeXattr",
                () -> {
                    FakeTree.Node node = tree.node(request.getIno());
                    if (!node.xattrs.containsKey(request.getName())) {
                        throw FakeTree.refused(FailureKind.FAILURE_NO_XATTR);
                    }
                    tree.setXattr(node, request.getName(), null);
                    return node;
                });
    }

    @Override
    public synchronized ListXattrsReply listXattrs(ListXattrsRequest request) {
        called("listXattrs");
        return ListXattrsReply.newBuilder()
                .addAllNames(tree.node(request.getIno()).xattrs.keySet())
                .build();
    }

    @Override
    public synchronized ReadLinkReply readLink(ReadLinkRequest request) {
        calls.add("readLink");
        return ReadLinkReply.newBuilder().setTarget(tree.node(request.getIno()).target).build();
    }

    @Override
    public NodeReply remove(RemoveRequest request) {
        return answer(
                "remove",
                () -> {
                    FakeTree.Node node = tree.child(request.getParent(), request.getName());
                    FakeTree.checkRemovable(node, request.getDirectory());
                    tree.directory(request.getParent()).children.remove(request.getName());
                    node.parent = request.getParent();
                    tree.lost(node);
                    tree.changed(tree.node(node.parent), node, -1);
                    return node;
                });
    }

    @Override
    public synchronized RenameReply rename(RenameRequest request) {
        try {
            called("rename");
            return tree.renamed(request);
        } catch (ForebayException e) {
            return RenameReply.newBuilder().setFailure(kind(e)).build();
        }
    }

    @Override
    public synchronized ReadDirectoryReply readDirectory(ReadDirectoryRequest request) {
        try {
            called("readDirectory");
            return tree.page(request);
        } catch (ForebayException e) {
            return ReadDirectoryReply.newBuilder().setFailure(kind(e)).build();
        }
    }

    @Override
    public FileSystemStatusReply fileSystemStatus(FileSystemStatusRequest request) {
        return FakeTree.STATUS;
    }

    @Override
    public synchronized OpenReply open(OpenRequest request) {
        try {
            called("open");
            checkMount(request.getCaller().getMountId());
            FakeTree.Node node = tree.takenBack(request.getIno());
            if (node.directory()) {
                throw FakeTree.refused(FailureKind.FAILURE_IS_DIRECTORY);
            }
            return tree.opened(node, request.getRead(), request.getWrite(), request.getTruncate());
        } catch (ForebayException e) {
            return OpenReply.newBuilder().setFailure(kind(e)).build();
        }
    }

    @Override
    public NodeReply commit(CommitRequest request) {
        NodeReply reply =
                answer(
                        request.getClosed() ? "commit closed" : "commit",
                        () -> {
                            checkMount(request.getCaller().getMountId());
                            return tree.committed(request);
                        });
        return tree.store.committed(request, reply);
    }

    @Override
    public synchronized ReleaseReply release(ReleaseRequest request) {
        called("release");
        if (request.getMountId() != lastMount) {
            return ReleaseReply.newBuilder().setFailure(FailureKind.FAILURE_STALE).build();
        }
        for (ReleasedFile file : request.getFilesList()) {
            FakeTree.Node node = tree.nodes.get(file.getIno());
            if (node == null) {
                continue;
            }
            if (file.hasCommit() && node.writing) {
                tree.commit(node, file.getCommit());
            }
            if (file.getOpenSequence() >= node.sequence) {
                node.reading = file.getStillReading();
                node.writing(file.getStillWriting());
            }
            tree.forgetUnused(node);
        }
        return ReleaseReply.getDefaultInstance();
    }

    @Override
    public synchronized SyncReply sync(SyncRequest request) {
        called("sync");
        boolean stored = request.getDirectory() != 0 && tree.store.isOn();
        return SyncReply.newBuilder().setStored(stored).build();
    }

    @Override
    public LockReply setLock(SetLockRequest request) {
        synchronized (this) {
            called(request.getWithdraw() ? "withdrawLock" : "setLock");
            if (request.getCaller().getMountId() != lastMount) {
                return LockReply.newBuilder().setFailure(FailureKind.FAILURE_STALE).build();
            }
        }
        return request.getWithdraw()
                ? LockReply.getDefaultInstance()
                : locks.set(
                        request.getIno(),
                        FakeLocks.of(request.getLock(), request.getCaller().getMountId()));
    }

    @Override
    public LockReply getLock(GetLockRequest request) {
        return locks.get(request.getIno(), FakeLocks.of(request.getLock(), request.getMountId()));
    }

    @Override
    public LockReply awaitLock(AwaitLockRequest request) {
        try {
            return locks.await(
                    request.getIno(), FakeLocks.of(request.getLock(), request.getMountId()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ForebayException(FailureKind.FAILURE_UNAVAILABLE, "interrupted", e);
        }
    }

    @Override
    public AwaitStoredReply awaitStored(AwaitStoredRequest request) {
        return tree.store.await(request);
    }

    @Override
    public ListLocksReply listLocks(ListLocksRequest request) {
        return locks.list(request.getMountId());
    }

    /** A lock that another mount sets or ends. */
    public LockReply lockElsewhere(long ino, FileLock lock) {
        return locks.set(ino, FakeLocks.of(lock, ELSEWHERE));
    }

    public int lockCount() {
        return locks.count();
    }

    @Override
    public void watch(WatchRequest request, Predicate<WatchReply> told) {
        stream.follow(told);
    }

    @Override
    public void close() {}

    // ---- the model

    private void checkMount(long id) {
        if (id != lastMount) {
            throw FakeTree.refused(FailureKind.FAILURE_STALE);
        }
    }

    private synchronized NodeReply answer(String call, Supplier<FakeTree.Node> work) {
        try {
            called(call);
            FakeTree.Node node = work.get();
            NodeReply.Builder reply = NodeReply.newBuilder().setAttributes(node.attributes);
            if (List.of("makeNode", "link", "remove").contains(call)) {
                reply.setParent(tree.node(node.parent).attributes);
            }
            return reply.build();
        } catch (ForebayException e) {
            return NodeReply.newBuilder().setFailure(kind(e)).build();
        }
    }

    private void called(String call) {
        calls.add(call);
        if (down) {
            throw new ForebayException(FailureKind.FAILURE_UNAVAILABLE, "The fake is down");
        }
    }

    /** A refusal is an answer; being down is none. */
    private static FailureKind kind(ForebayException e) {
        if (e.kind() == FailureKind.FAILURE_UNAVAILABLE) {
            throw e;
        }
        return e.kind();
    }
}
