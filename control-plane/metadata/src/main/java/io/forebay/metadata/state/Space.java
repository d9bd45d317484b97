package io.forebay.metadata.state;

import com.google.protobuf.ByteString;
import io.forebay.metadata.changes.ChangeLog;
import io.forebay.metadata.kv.Transaction;
import io.forebay.proto.Change;
import io.forebay.proto.ChangedName;
import io.forebay.proto.FailureKind;
import io.forebay.proto.NodeType;
import io.forebay.proto.WorkspaceRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One workspace within one transaction, at one time. Each inode that is asked for is one object,
 * however often; {@link #save} writes those that changed.
 */
public final class Space {
    private final Transaction tx;
    private final WorkspaceRecord workspace;
    private final Instant now;
    private final Map<Long, Inode> inodes = new LinkedHashMap<>();
    private final List<Change> changes = new ArrayList<>();
    private long mountId;

    public Space(Transaction tx, WorkspaceRecord workspace, Instant now) {
        this.tx = tx;
        this.workspace = workspace;
        this.now = now;
    }

    public Transaction tx() {
        return tx;
    }

    public long id() {
        return workspace.getId();
    }

    public WorkspaceRecord workspace() {
        return workspace;
    }

    public long nowMillis() {
        return now.toEpochMilli();
    }

    /** Nanoseconds since the epoch. */
    public long nowNanos() {
        return Math.addExact(
                Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
    }

    /** The inode, or null where there is none (any more). */
    public @Nullable Inode find(long ino) {
        Inode known = inodes.get(ino);
        if (known == null) {
            known = Inode.load(tx, id(), ino);
            if (known == null) {
                return null;
            }
            inodes.put(ino, known);
        }
        return known.deleted() ? null : known;
    }

    /** The inode; refuses with GONE. */
    public Inode inode(long ino) {
        Inode found = find(ino);
        if (found == null) {
            throw new Refusal(FailureKind.FAILURE_GONE);
        }
        return found;
    }

    /** A directory that still has its name; refuses with GONE or NOT_DIRECTORY. */
    public Inode directory(long ino) {
        Inode inode = inode(ino);
        Refusal.when(
                inode.type() != NodeType.NODE_TYPE_DIRECTORY, FailureKind.FAILURE_NOT_DIRECTORY);
        Refusal.when(inode.attributes().getNlink() == 0, FailureKind.FAILURE_GONE);
        return inode;
    }

    /** A new inode with this number. */
    public Inode create(long ino) {
        Inode inode = Inode.fresh(ino);
        inodes.put(ino, inode);
        return inode;
    }

    /** Writes the inodes that changed. */
    public void save() {
        for (Inode inode : inodes.values()) {
            inode.save(tx, id());
            inode.shown().ifPresent(node -> changes.add(Change.newBuilder().setNode(node).build()));
        }
    }

    /** For which mount the change is made: it need not be told of it. */
    public void madeFor(long mount) {
        mountId = mount;
    }

    /**
     * A name that others may know has changed.
     *
     * @param removed what had it, when nothing has it now; else 0
     */
    void changedName(long parent, byte[] name, long removed) {
        ChangedName change =
                ChangedName.newBuilder()
                        .setParent(parent)
                        .setName(ByteString.copyFrom(name))
                        .setRemovedIno(removed)
                        .build();
        changes.removeIf(other -> isOf(other.getName(), change)); // the last word on it counts
        changes.add(Change.newBuilder().setName(change).build());
    }

    private static boolean isOf(ChangedName other, ChangedName change) {
        return other.getParent() == change.getParent() && other.getName().equals(change.getName());
    }

    /** What mounts can see of this, once it is saved. */
    ChangeLog.Committed committed() {
        return new ChangeLog.Committed(id(), mountId, List.copyOf(changes));
    }
}
