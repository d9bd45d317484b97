package io.forebay.metadata.fs;

import com.google.protobuf.ByteString;
import io.forebay.metadata.flush.Policy;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.state.Counter;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.InodeNumbers;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.KnownWorkers;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.proto.Attributes;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileSystemStatusReply;
import io.forebay.proto.FileSystemStatusRequest;
import io.forebay.proto.GetAttributesRequest;
import io.forebay.proto.GetXattrReply;
import io.forebay.proto.GetXattrRequest;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.LinkRequest;
import io.forebay.proto.ListXattrsReply;
import io.forebay.proto.ListXattrsRequest;
import io.forebay.proto.LookupRequest;
import io.forebay.proto.MakeNodeRequest;
import io.forebay.proto.NodeReply;
import io.forebay.proto.ReadDirectoryReply;
import io.forebay.proto.ReadDirectoryRequest;
import io.forebay.proto.ReadLinkReply;
import io.forebay.proto.ReadLinkRequest;
import io.forebay.proto.RemoveRequest;
import io.forebay.proto.RemoveXattrRequest;
import io.forebay.proto.RenameReply;
import io.forebay.proto.RenameRequest;
import io.forebay.proto.SetAttributesRequest;
import io.forebay.proto.SetXattrRequest;
import io.forebay.proto.SyncReply;
import io.forebay.proto.SyncRequest;
import io.forebay.proto.WorkerRecord;
import io.forebay.proto.WorkspaceRecord;
import io.forebay.schema.Limits;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Names and attributes. Each method is one transaction. */
public final class Namespace {
    /** Inodes are not counted against anything: a number that tools show as plenty. */
    private static final long INODES_SHOWN = 1L << 40;

    private final Database database;
    private final Mutations mutations;
    private final InodeNumbers numbers;
    private final KnownWorkers workers = new KnownWorkers();

    public Namespace(Database database, InodeNumbers numbers) {
        this.database = database;
        this.mutations = new Mutations(database);
        this.numbers = numbers;
    }

    public NodeReply lookup(LookupRequest request) {
        long ws = request.getWorkspaceId();
        byte[] name = request.getName().toByteArray();
        if (name.length > Limits.NAME_BYTES_MAX) {
            return NodeReply.newBuilder().setFailure(FailureKind.FAILURE_NAME_TOO_LONG).build();
        }
        return database.read(tx -> {
            EntryRecord entry = Names.find(tx, ws, request.getParent(), name);
            return entry == null
                    ? NodeReply.newBuilder().setFailure(why(tx, ws, request.getParent())).build()
                    : shown(Inode.read(tx, ws, entry.getIno()));
        });
    }

    public NodeReply getAttributes(GetAttributesRequest request) {
        return database.read(
                tx -> shown(Inode.read(tx, request.getWorkspaceId(), request.getIno())));
    }

    public NodeReply setAttributes(SetAttributesRequest request) {
        return mutations.node(
                request.getWorkspaceId(),
                request.getCaller(),
                space -> AttributeChanges.apply(space, request));
    }

    /** Makes anything but a regular file, which {@link OpenFiles#create} does. */
    public NodeReply makeNode(MakeNodeRequest request) {
        long ino = numbers.next(request.getWorkspaceId());
        return mutations.node(
                request.getWorkspaceId(),
                request.getCaller(),
                space -> NewNodes.make(space, request, ino, workers.all(space.tx().snapshot())));
    }

    public ReadLinkReply readLink(ReadLinkRequest request) {
        byte[] key = Keys.link(request.getWorkspaceId(), request.getIno());
        ReadLinkReply.Builder reply = ReadLinkReply.newBuilder();
        Optional<byte[]> target = database.find(tx -> tx.get(key));
        target.map(ByteString::copyFrom)
                .ifPresentOrElse(
                        reply::setTarget, () -> reply.setFailure(FailureKind.FAILURE_INVALID));
        return reply.build();
    }

    public NodeReply link(LinkRequest request) {
        return mutations.node(
                request.getWorkspaceId(),
                request.getCaller(),
                space -> NewNodes.link(space, request));
    }

    public NodeReply remove(RemoveRequest request) {
        return mutations.node(
                request.getWorkspaceId(),
                request.getCaller(),
                space -> Removal.remove(space, request));
    }

    public RenameReply rename(RenameRequest request) {
        long whiteout = request.getWhiteout() ? numbers.next(request.getWorkspaceId()) : 0;
        try {
            return mutations.change(
                    request.getWorkspaceId(),
                    request.getCaller(),
                    RenameReply.parser(),
                    space -> new Renaming(space, request, whiteout).run());
        } catch (Refusal refusal) {
            return RenameReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    public ReadDirectoryReply readDirectory(ReadDirectoryRequest request) {
        return database.read(tx -> Listing.read(tx, request));
    }

    public FileSystemStatusReply fileSystemStatus(FileSystemStatusRequest request) {
        long ws = request.getWorkspaceId();
        return database.read(tx -> {
            WorkspaceRecord workspace = Registry.workspace(tx, ws);
            if (workspace == null) {
                return FileSystemStatusReply.newBuilder()
                        .setFailure(FailureKind.FAILURE_NOT_FOUND)
                        .build();
            }
            List<WorkerRecord> workers = Registry.workers(tx);
            long total = workers.stream().mapToLong(WorkerRecord::getCapacityBytes).sum();
            long free = workers.stream().mapToLong(WorkerRecord::getFreeBytes).sum();
            long quota = workspace.getQuotaBytes();
            if (quota > 0) {
                long used = Records.number(tx, Keys.counter(ws, Counter.BYTES));
                total = quota;
                free = Math.max(0, quota - used);
            }
            long inodes = Records.number(tx, Keys.counter(ws, Counter.INODES));
            return FileSystemStatusReply.newBuilder()
                    .setTotalBytes(total)
                    .setFreeBytes(free)
                    .setTotalInodes(INODES_SHOWN)
                    .setFreeInodes(INODES_SHOWN - inodes)
                    .build();
        });
    }

    public GetXattrReply getXattr(GetXattrRequest request) {
        return database.read(tx -> Xattrs.get(tx, request));
    }

    public ListXattrsReply listXattrs(ListXattrsRequest request) {
        return database.read(tx -> Xattrs.list(tx, request));
    }

    public NodeReply setXattr(SetXattrRequest request) {
        return mutations.node(
                request.getWorkspaceId(), request.getCaller(), space -> Xattrs.set(space, request));
    }

    public NodeReply removeXattr(RemoveXattrRequest request) {
        return mutations.node(
                request.getWorkspaceId(),
                request.getCaller(),
                space -> Xattrs.remove(space, request));
    }

    /** Makes all that was answered before survive a power loss. */
    public SyncReply sync(SyncRequest request) {
        Optional<Boolean> stored =
                database.find(tx -> {
                    WorkspaceRecord known = Registry.workspace(tx, request.getWorkspaceId());
                    return known == null ? null : stored(tx, known, request.getDirectory());
                });
        if (stored.isEmpty()) {
            return SyncReply.newBuilder().setFailure(FailureKind.FAILURE_NOT_FOUND).build();
        }
        database.store().sync();
        return SyncReply.newBuilder().setStored(stored.get()).build();
    }

    private static boolean stored(ReadTransaction tx, WorkspaceRecord workspace, long directory) {
        return directory != 0 && Policy.of(tx, workspace, directory).writeThrough();
    }

    /** Why a directory does not have a name: also because it is no directory any more. */
    private static FailureKind why(ReadTransaction tx, long ws, long parent) {
        InodeRecord record = Inode.read(tx, ws, parent);
        return record == null ? FailureKind.FAILURE_GONE : FailureKind.FAILURE_NOT_FOUND;
    }

    private static NodeReply shown(@Nullable InodeRecord record) {
        return record == null
                ? NodeReply.newBuilder().setFailure(FailureKind.FAILURE_GONE).build()
                : NodeReply.newBuilder().setAttributes(record.getAttributes()).build();
    }

    /** The root of a new workspace. */
    public static Attributes root(Space space) {
        return NewNodes.root(space);
    }
}
