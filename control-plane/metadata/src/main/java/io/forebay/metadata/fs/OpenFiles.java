package io.forebay.metadata.fs;

import io.forebay.metadata.flush.Copying;
import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.flush.Policy;
import io.forebay.metadata.flush.PowerLoss;
import io.forebay.metadata.flush.StagedFiles;
import io.forebay.metadata.fs.Grants.Opening;
import io.forebay.metadata.kv.KeyValueStore.Durability;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.placement.Copies;
import io.forebay.metadata.placement.Placement;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.GrantKeys;
import io.forebay.metadata.state.Handles;
import io.forebay.metadata.state.Handles.Holders;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.InodeNumbers;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.KnownWorkers;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.proto.Caller;
import io.forebay.proto.CommitRequest;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.MountRecord;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenRecord;
import io.forebay.proto.OpenReply;
import io.forebay.proto.OpenRequest;
import io.forebay.proto.ReleaseReply;
import io.forebay.proto.ReleaseRequest;
import io.forebay.proto.ReleasedFile;
import io.forebay.proto.WorkerRecord;
import java.util.List;
import java.util.function.Function;

/** Regular files from their open to their last release. Each method is one transaction. */
public final class OpenFiles {
    /** Releases of one transaction. */
    private static final int RELEASE_PAGE = 100;

    private final Database database;
    private final Mutations mutations;
    private final InodeNumbers numbers;
    private final KnownWorkers workers = new KnownWorkers();
    private final Grants grants;

    public OpenFiles(Database database, InodeNumbers numbers, GrantKeys keys) {
        this.database = database;
        this.mutations = new Mutations(database);
        this.numbers = numbers;
        this.grants = new Grants(keys, workers);
    }

    public OpenReply create(CreateRequest request) {
        long ino = numbers.next(request.getWorkspaceId());
        return opened(
                request.getWorkspaceId(),
                request.getCaller(),
                space -> create(space, request, ino));
    }

    public OpenReply open(OpenRequest request) {
        return opened(request.getWorkspaceId(), request.getCaller(), space -> open(space, request));
    }

    public NodeReply commit(CommitRequest request) {
        Durability durability =
                request.getDurable() ? Durability.POWER_LOSS : Durability.PROCESS_CRASH;
        return mutations.node(
                request.getWorkspaceId(),
                request.getCaller(),
                durability,
                space -> commit(space, request));
    }

    /** Ends opens, page by page; each page is a transaction, and all of it may be repeated. */
    public ReleaseReply release(ReleaseRequest request) {
        List<ReleasedFile> files = request.getFilesList();
        FailureKind failure =
                Answers.failure(() -> {
                    for (int i = 0; i < files.size(); i += RELEASE_PAGE) {
                        int end = Math.min(i + RELEASE_PAGE, files.size());
                        List<ReleasedFile> page = files.subList(i, end);
                        database.change(
                                request.getWorkspaceId(),
                                space -> {
                                    space.madeFor(request.getMountId());
                                    page.forEach(file -> release(space, request, file));
                                    return true;
                                });
                    }
                });
        return ReleaseReply.newBuilder().setFailure(failure).build();
    }

    private OpenReply opened(long ws, Caller caller, Function<Space, OpenReply> body) {
        try {
            return mutations.change(ws, caller, OpenReply.parser(), body);
        } catch (Refusal refusal) {
            return OpenReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    private OpenReply create(Space space, CreateRequest request, long ino) {
        Inode parent = space.directory(request.getParent());
        byte[] name = request.getName().toByteArray();
        if (!request.getUnnamed()) {
            Names.check(name);
            EntryRecord existing = Names.find(space.tx(), space.id(), parent.ino(), name);
            if (existing != null) {
                Refusal.when(request.getExclusive(), FailureKind.FAILURE_EXISTS);
                return open(space, existing.getIno(), request);
            }
        }
        FlagRules.checkEntry(parent);
        NewNodes.checkQuota(space);
        MountRecord mount = mount(space, request.getCaller());
        Inode inode =
                NewNodes.inode(space, parent, request.getCaller(), ino, NodeType.NODE_TYPE_FILE);
        AccessLists.inherit(space, parent, inode, request.getMode(), request.getUmask());
        List<WorkerRecord> all = workers.all(space.tx().snapshot());
        inode.record().setOwner(Placement.choose(space, all, mount.getNode(), ino)).setStaged(true);
        if (request.getUnnamed()) {
            inode.attributes().setNlink(0);
            inode.record().setNameable(!request.getExclusive());
        } else {
            Names.link(space, parent.ino(), name, inode);
            parent.touch(space.nowNanos(), true);
        }
        Flow.opened(space, inode, true, false);
        Policy policy = followed(space, inode);
        long sequence = register(space, inode, request.getCaller(), request.getRead(), true);
        OpenReply.Builder reply =
                OpenReply.newBuilder()
                        .setStore(policy.waits())
                        .setCreated(true)
                        .setParent(parent.attributes())
                        .setOpenSequence(sequence)
                        .setGrant(
                                grants.grant(
                                        space,
                                        inode,
                                        new Opening(mount.getId(), true, false, Holders.NONE)));
        return reply.setAttributes(inode.attributes()).build();
    }

    private OpenReply open(Space space, long ino, CreateRequest request) {
        return open(
                space,
                OpenRequest.newBuilder()
                        .setCaller(request.getCaller())
                        .setIno(ino)
                        .setRead(request.getRead())
                        .setWrite(request.getWrite())
                        .setTruncate(request.getTruncate())
                        .setAppend(request.getAppend())
                        .build());
    }

    private OpenReply open(Space space, OpenRequest request) {
        Inode inode = space.inode(request.getIno());
        Refusal.when(inode.directory(), FailureKind.FAILURE_IS_DIRECTORY);
        Refusal.when(!inode.regular(), FailureKind.FAILURE_INVALID);
        FlagRules.checkOpen(inode, request);
        MountRecord mount = mount(space, request.getCaller());
        Flow.takenBack(space, inode);
        replaced(space, inode, mount);
        boolean write = request.getWrite() || request.getTruncate();
        Holders before = holders(space, inode, mount.getId(), write);
        if (write) {
            Flow.opened(space, inode, !before.writing(), request.getTruncate());
            if (before.othersWriting()) {
                Flow.shared(inode);
            }
        }
        boolean waits = write && followed(space, inode).waits();
        Opening opening = new Opening(mount.getId(), write, request.getTruncate(), before);
        long sequence = register(space, inode, request.getCaller(), request.getRead(), write);
        OpenReply.Builder reply =
                OpenReply.newBuilder()
                        .setStore(waits)
                        .setOpenSequence(sequence)
                        .setGrant(grants.grant(space, inode, opening));
        return reply.setAttributes(inode.attributes()).build();
    }

    /** What holds for a file that is opened for writing. */
    private static Policy followed(Space space, Inode inode) {
        Policy policy = Policy.of(space, inode.ino());
        if (policy.replicas() > 1) {
            Copying.followed(space, inode);
        }
        return policy;
    }

    /**
     * A clean file whose worker does not answer is brought back from the bucket by another one;
     * whoever had it open there is waited for. Where none is heard of, it was the control plane
     * that was away, and the mount waits for the owner.
     */
    private void replaced(Space space, Inode inode, MountRecord mount) {
        List<WorkerRecord> all = workers.all(space.tx().snapshot());
        List<String> healthy =
                all.stream()
                        .filter(worker -> Registry.healthy(worker, space.nowMillis()))
                        .map(WorkerRecord::getId)
                        .toList();
        boolean away = !healthy.isEmpty() && !healthy.contains(inode.owner());
        if (away && StagedFiles.evictable(space, inode)) {
            String other = Placement.choose(space, all, mount.getNode(), inode.ino());
            Copies.left(space, inode, inode.owner());
            inode.record().setOwner(other).setStaged(false).setMaybeStaged(false);
        }
    }

    /**
     * A reader asks only where somebody writes, and looks at a snapshot, so that many can open one
     * file at once; who opens meanwhile comes to the worker soon.
     */
    private static Holders holders(Space space, Inode inode, long mount, boolean write) {
        if (!write && inode.state() != FlushState.FLUSH_STATE_OPEN) {
            return Holders.NONE;
        }
        ReadTransaction tx = write ? space.tx() : space.tx().snapshot();
        return Handles.holders(tx, space.id(), inode.ino(), mount);
    }

    private static MountRecord mount(Space space, Caller caller) {
        MountRecord mount =
                Records.find(space.tx(), Keys.mount(caller.getMountId()), MountRecord.parser());
        if (mount == null || mount.getWorkspaceId() != space.id()) {
            throw new Refusal(FailureKind.FAILURE_STALE);
        }
        return mount;
    }

    /** The mount has the file open, in addition to how it had it open. */
    private static long register(
            Space space, Inode inode, Caller caller, boolean read, boolean write) {
        OpenRecord old =
                inode.isNew() ? null : Handles.find(space, inode.ino(), caller.getMountId());
        OpenRecord.Builder record = old == null ? OpenRecord.newBuilder() : old.toBuilder();
        record.setReading(record.getReading() || read)
                .setWriting(record.getWriting() || write)
                .setOpenSequence(Math.max(record.getOpenSequence() + 1, space.nowNanos()));
        Handles.put(space, inode.ino(), caller.getMountId(), record.build());
        return record.getOpenSequence();
    }

    private static NodeReply commit(Space space, CommitRequest request) {
        Inode inode = space.inode(request.getIno());
        OpenRecord handle = Handles.find(space, inode.ino(), request.getCaller().getMountId());
        Refusal.when(handle == null || !handle.getWriting(), FailureKind.FAILURE_STALE);
        Refusal.when(request.getWritten().getSize() < 0, FailureKind.FAILURE_INVALID);
        Refusal.when(isElsewhere(inode, request.getOwner()), FailureKind.FAILURE_CORRUPT);
        Flow.committed(space, inode, request.getWritten());
        if (request.getDurable()) {
            PowerLoss.synced(inode, request.getWritten());
        }
        if (request.getClosed()) {
            Flow.closing(space, inode);
        }
        boolean store = request.getStore() && Policy.of(space, inode.ino()).writeThrough();
        long generation = store ? Flow.cut(space, inode, request.getWritten()) : 0;
        long copies = request.getStore() ? Copying.ask(space, inode) : 0;
        return Answers.node(inode).toBuilder()
                .setStoredGeneration(generation)
                .setAskedCopies(copies)
                .build();
    }

    /** What was seen of a worker's file that has lost its place says nothing of the file. */
    private static boolean isElsewhere(Inode inode, String owner) {
        return !owner.isEmpty() && !owner.equals(inode.owner());
    }

    /** What the mount does not know any more was released before, or settled without it. */
    private static void release(Space space, ReleaseRequest request, ReleasedFile file) {
        Inode inode = space.find(file.getIno());
        long mount = request.getMountId();
        OpenRecord handle = inode == null ? null : Handles.find(space, inode.ino(), mount);
        if (inode == null || handle == null) {
            return;
        }
        if (file.hasCommit() && handle.getWriting() && !isElsewhere(inode, file.getOwner())) {
            Flow.committed(space, inode, file.getCommit());
        }
        if (file.getOpenSequence() < handle.getOpenSequence()) {
            return;
        }
        if (file.getStillReading() || file.getStillWriting()) {
            OpenRecord.Builder left = handle.toBuilder();
            left.setReading(file.getStillReading()).setWriting(file.getStillWriting());
            Handles.put(space, inode.ino(), mount, left.build());
        } else {
            Handles.remove(space, inode.ino(), mount);
        }
        boolean stopped = handle.getWriting() && !file.getStillWriting();
        if (stopped && !Handles.anyWriting(space, inode.ino())) {
            String trace =
                    file.hasTrace()
                            ? file.getTrace().getTraceparent()
                            : request.getTrace().getTraceparent();
            Flow.closed(space, inode, trace);
        }
        Flow.forgetUnused(space, inode);
    }
}
