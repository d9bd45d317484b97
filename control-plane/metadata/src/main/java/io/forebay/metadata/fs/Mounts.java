package io.forebay.metadata.fs;

import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Transaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.lock.Locks;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Handles;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.observability.EventName;
import io.forebay.proto.AttachReply;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.DetachReply;
import io.forebay.proto.DetachRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.MountRecord;
import io.forebay.proto.OpenRecord;
import io.forebay.proto.RenewReply;
import io.forebay.proto.RenewRequest;
import io.forebay.proto.WorkspaceRecord;
import io.forebay.schema.Limits;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Mounts and their leases. */
public final class Mounts {
    private static final System.Logger LOG = System.getLogger(Mounts.class.getName());

    /** Long enough for a stalled node or a restarted control plane, short enough to wait for. */
    public static final long LEASE_MILLIS = 30_000;

    /**
     * A mount that was silent may still repeat what it had asked before: it tries for 30 s from the
     * first time, and when its process dies the next one repeats it once more.
     */
    private static final long REPEATS_MILLIS = 10 * LEASE_MILLIS;

    /**
     * How long a kernel may believe names and attributes: what another mount changes shows then.
     */
    private static final long ENTRY_MILLIS = 1_000;

    /**
     * The same for a mount that is told of changes: should a telling be lost all the same, nobody
     * is wrong for longer.
     */
    private static final long WATCHED_MILLIS = 30_000;

    private static final int MOUNTS_MAX = 10_000;

    /** Files of a dead mount that one transaction settles. */
    private static final int SETTLE_PAGE = 100;

    private final Database database;
    private final AtomicLong expired = new AtomicLong();

    public Mounts(Database database) {
        this.database = database;
    }

    public AttachReply attach(AttachRequest request) {
        try {
            AttachReply reply = database.transactDurably(tx -> attach(tx, request));
            LOG.log(
                    System.Logger.Level.INFO,
                    EventName.MOUNT_ATTACHED.line(
                            "mount", reply.getMountId(), "node", request.getNode()));
            return reply;
        } catch (Refusal refusal) {
            return AttachReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    public RenewReply renew(RenewRequest request) {
        long id = request.getMountId();
        boolean known =
                database.transact(tx -> {
                    if (find(tx, id, request.getWorkspaceId()) == null) {
                        return false;
                    }
                    tx.set(Keys.mountSeen(id), Records.number(database.nowMillis()));
                    return true;
                });
        FailureKind failure = known ? FailureKind.FAILURE_NONE : FailureKind.FAILURE_STALE;
        return RenewReply.newBuilder().setFailure(failure).build();
    }

    /** A mount that is not known has ended already. */
    public DetachReply detach(DetachRequest request) {
        long ws = request.getWorkspaceId();
        database.find(tx -> find(tx, request.getMountId(), ws))
                .ifPresent(mount -> {
                    end(mount, false);
                    LOG.log(System.Logger.Level.INFO, line(EventName.MOUNT_DETACHED, mount));
                });
        return DetachReply.getDefaultInstance();
    }

    /** The mounts whose lease runs. */
    public List<MountView> list() {
        return database.read(tx ->
                all(tx).stream()
                        .filter(mount -> !expired(tx, mount))
                        .map(mount -> view(tx, mount))
                        .toList());
    }

    /** Ends mounts whose lease has passed; true: there may be more to do. */
    public boolean expire() {
        List<MountRecord> dead =
                database.read(tx -> all(tx).stream().filter(mount -> expired(tx, mount)).toList());
        for (MountRecord mount : dead) {
            LOG.log(System.Logger.Level.WARNING, line(EventName.MOUNT_EXPIRED, mount));
            expired.incrementAndGet();
            end(mount, true);
        }
        forgetRepeats();
        return false;
    }

    /** What mounts asked that ended long ago: they do not repeat it any more. */
    private void forgetRepeats() {
        Tuple.Range range = Keys.formerMounts();
        List<Tuple> old =
                database.read(tx -> tx.getRange(range.begin(), range.end(), MOUNTS_MAX)).stream()
                        .map(pair -> Tuple.unpack(pair.key()))
                        .filter(key -> database.nowMillis() - key.number(2) > REPEATS_MILLIS)
                        .toList();
        for (Tuple key : old) {
            database.transact(tx -> {
                tx.clear(Keys.formerMount(key.number(2), key.number(3), key.number(4)));
                forgetRepeats(tx, key.number(3), key.number(4));
                return true;
            });
        }
    }

    /** How many mounts went without a word since this process began. */
    public long expirations() {
        return expired.get();
    }

    private AttachReply attach(Transaction tx, AttachRequest request) {
        WorkspaceRecord workspace = Registry.workspace(tx, request.getWorkspace());
        if (workspace == null || workspace.getState() == WorkspaceRecord.State.STATE_REFUSED) {
            throw new Refusal(FailureKind.FAILURE_NOT_FOUND);
        }
        Refusal.when(
                workspace.getState() != WorkspaceRecord.State.STATE_READY,
                FailureKind.FAILURE_UNAVAILABLE);
        InodeRecord root = Inode.read(tx, workspace.getId(), Limits.ROOT_INO);
        if (root == null) {
            throw new IllegalStateException("a workspace without a root");
        }
        long id = Records.number(tx, Keys.lastMount()) + 1;
        tx.set(Keys.lastMount(), Records.number(id));
        MountRecord mount =
                MountRecord.newBuilder()
                        .setId(id)
                        .setWorkspaceId(workspace.getId())
                        .setNode(request.getNode())
                        .setVersion(request.getVersion())
                        .setMountPoint(request.getMountPoint())
                        .build();
        tx.set(Keys.mount(id), mount.toByteArray());
        tx.set(Keys.mountSeen(id), Records.number(database.nowMillis()));
        return AttachReply.newBuilder()
                .setMountId(id)
                .setWorkspaceId(workspace.getId())
                .setRoot(root.getAttributes())
                .setLeaseMillis(LEASE_MILLIS)
                .setEntryTimeoutMillis(ENTRY_MILLIS)
                .setWatchedTimeoutMillis(WATCHED_MILLIS)
                .build();
    }

    private static String line(EventName event, MountRecord mount) {
        return event.line("mount", mount.getId(), "node", mount.getNode());
    }

    /** First nobody can open by this mount any more, then what it had open is settled. */
    private void end(MountRecord mount, boolean mayRepeat) {
        long id = mount.getId();
        long ws = mount.getWorkspaceId();
        Tuple.Range held = Keys.heldBy(ws, id);
        boolean more = true;
        while (more) {
            more =
                    database.change(
                            ws,
                            space -> {
                                List<KeyValue> page =
                                        space.tx().getRange(held.begin(), held.end(), SETTLE_PAGE);
                                page.forEach(pair ->
                                        settle(space, id, Tuple.unpack(pair.key()).number(3)));
                                if (page.size() < SETTLE_PAGE
                                        && Locks.endOf(space, id, SETTLE_PAGE)) {
                                    forget(space, mount, mayRepeat);
                                    return false;
                                }
                                return true;
                            });
        }
    }

    private static void settle(Space space, long mount, long ino) {
        OpenRecord handle = Handles.find(space, ino, mount);
        Handles.remove(space, ino, mount);
        Inode inode = space.find(ino);
        if (inode == null) {
            return;
        }
        if (handle != null && handle.getWriting()) {
            Flow.abandoned(space, inode, !Handles.anyWriting(space, ino));
        }
        Flow.forgetUnused(space, inode);
    }

    private static void forget(Space space, MountRecord mount, boolean mayRepeat) {
        long id = mount.getId();
        space.tx().clear(Keys.mount(id));
        space.tx().clear(Keys.mountSeen(id));
        if (mayRepeat) {
            space.tx().set(Keys.formerMount(space.nowMillis(), space.id(), id), new byte[0]);
        } else {
            forgetRepeats(space.tx(), space.id(), id);
        }
    }

    private static void forgetRepeats(Transaction tx, long ws, long mount) {
        Tuple.Range repeats = Keys.repeats(ws, mount);
        tx.clearRange(repeats.begin(), repeats.end());
    }

    private boolean expired(ReadTransaction tx, MountRecord mount) {
        return database.nowMillis() - seen(tx, mount) > LEASE_MILLIS;
    }

    private static long seen(ReadTransaction tx, MountRecord mount) {
        return Records.number(tx, Keys.mountSeen(mount.getId()));
    }

    private static @Nullable MountRecord find(ReadTransaction tx, long id, long ws) {
        MountRecord mount = Records.find(tx, Keys.mount(id), MountRecord.parser());
        return mount != null && mount.getWorkspaceId() == ws ? mount : null;
    }

    private static List<MountRecord> all(ReadTransaction tx) {
        Tuple.Range range = Keys.mounts();
        return tx.getRange(range.begin(), range.end(), MOUNTS_MAX).stream()
                .map(pair -> Records.parse(pair.value(), MountRecord.parser()))
                .toList();
    }

    private static MountView view(ReadTransaction tx, MountRecord mount) {
        WorkspaceRecord workspace = Registry.workspace(tx, mount.getWorkspaceId());
        return new MountView(
                mount.getId(),
                workspace == null ? "" : workspace.getName(),
                mount.getNode(),
                mount.getMountPoint(),
                mount.getVersion(),
                Instant.ofEpochMilli(seen(tx, mount)));
    }
}
