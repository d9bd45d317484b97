package io.forebay.metadata.state;

import io.forebay.metadata.kv.Transaction;
import io.forebay.proto.FailureKind;
import io.forebay.proto.NodeType;
import io.forebay.proto.WorkspaceRecord;
import java.time.Instant;
import java.util.LinkedHashMap;
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

    /** The inode; refuses with NOT_FOUND. */
    public Inode inode(long ino) {
        Inode found = find(ino);
        if (found == null) {
            throw new Refusal(FailureKind.FAILURE_NOT_FOUND);
        }
        return found;
    }

    /** A directory that still has its name; refuses with NOT_FOUND or NOT_DIRECTORY. */
    public Inode directory(long ino) {
        Inode inode = inode(ino);
        Refusal.when(
                inode.type() != NodeType.NODE_TYPE_DIRECTORY, FailureKind.FAILURE_NOT_DIRECTORY);
        Refusal.when(inode.attributes().getNlink() == 0, FailureKind.FAILURE_NOT_FOUND);
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
        inodes.values().forEach(inode -> inode.save(tx, id()));
    }
}
