package io.forebay.metadata.state;

import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Transaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.proto.Attributes;
import io.forebay.proto.ChangedNode;
import io.forebay.proto.FlushRecord;
import io.forebay.proto.FlushState;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.NodeType;
import io.forebay.proto.ObjectRecord;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An inode within a transaction. Saving it keeps the counters and the index of dirty files. */
public final class Inode {
    private final long ino;
    private final InodeRecord before;
    private final boolean fresh;
    private final InodeRecord.Builder record;
    private boolean deleted;

    private Inode(long ino, InodeRecord before, boolean fresh) {
        this.ino = ino;
        this.before = before;
        this.fresh = fresh;
        this.record = before.toBuilder();
    }

    static @Nullable Inode load(ReadTransaction tx, long ws, long ino) {
        InodeRecord record = read(tx, ws, ino);
        return record == null ? null : new Inode(ino, record, false);
    }

    static Inode fresh(long ino) {
        Inode inode = new Inode(ino, InodeRecord.getDefaultInstance(), true);
        inode.attributes().setIno(ino);
        return inode;
    }

    /** The stored record, for readers. */
    public static @Nullable InodeRecord read(ReadTransaction tx, long ws, long ino) {
        return Records.find(tx, Keys.inode(ws, ino), InodeRecord.parser());
    }

    public long ino() {
        return ino;
    }

    public InodeRecord.Builder record() {
        return record;
    }

    public Attributes.Builder attributes() {
        return record.getAttributesBuilder();
    }

    public FlushRecord.Builder flush() {
        return record.getFlushBuilder();
    }

    public NodeType type() {
        return record.getAttributes().getType();
    }

    public boolean regular() {
        return type() == NodeType.NODE_TYPE_FILE;
    }

    /**
     * Whether it has an object of its own in the bucket, or is to get one: no directory has, nor
     * what was made before there was a worker to carry it there.
     */
    public boolean hasKey() {
        return !directory() && !owner().isEmpty();
    }

    public boolean directory() {
        return type() == NodeType.NODE_TYPE_DIRECTORY;
    }

    public FlushState state() {
        return record.getAttributes().getFlushState();
    }

    public long generation() {
        return record.getAttributes().getGeneration();
    }

    public boolean linked() {
        return record.getAttributes().getNlink() > 0;
    }

    public String owner() {
        return record.getOwner();
    }

    /** The object of the newest content that reached the bucket; without an etag there is none. */
    public ObjectRecord object() {
        return record.getObject();
    }

    public boolean hasObject() {
        return record.hasObject();
    }

    /** The content is in the bucket, under whatever key. */
    public boolean uploaded() {
        return hasObject() && object().getGeneration() == generation();
    }

    /** Changes of names or attributes show in the times. */
    public void touch(long nanos, boolean content) {
        attributes().setCtimeNanos(nanos);
        if (content) {
            attributes().setMtimeNanos(nanos);
        }
    }

    public void delete() {
        deleted = true;
    }

    /** Made in this transaction: nobody has it open, and nothing is planned for it. */
    public boolean isNew() {
        return fresh;
    }

    boolean deleted() {
        return deleted;
    }

    void save(Transaction tx, long ws) {
        if (deleted) {
            tx.clear(Keys.inode(ws, ino));
            Tuple.Range xattrs = Keys.xattrs(ws, ino);
            if (record.getXattrListBytes() > 0) {
                tx.clearRange(xattrs.begin(), xattrs.end());
            }
            account(tx, ws, null);
            return;
        }
        InodeRecord after = record.build();
        if (fresh || !after.equals(before)) {
            tx.set(Keys.inode(ws, ino), after.toByteArray());
            account(tx, ws, after);
        }
    }

    /** What mounts can see of the change; empty where that is nothing, or nobody knew the inode. */
    Optional<ChangedNode> shown() {
        Attributes now = visible(record.getAttributes());
        Attributes old = before.getAttributes();
        boolean leaves = !before.getLeaving() && (deleted || record.getLeaving());
        boolean left = before.getLeaving() && deleted; // was told of when it began to leave
        if (fresh || left || (!leaves && !isOpened() && now.equals(visible(old)))) {
            return Optional.empty();
        }
        boolean content =
                now.getSize() != old.getSize() || now.getMtimeNanos() != old.getMtimeNanos();
        return Optional.of(
                ChangedNode.newBuilder().setIno(ino).setContent(content && regular()).build());
    }

    /** From now on it is written without our hearing of each write: nobody may believe its size. */
    private boolean isOpened() {
        return state() == FlushState.FLUSH_STATE_OPEN
                && before.getAttributes().getFlushState() != FlushState.FLUSH_STATE_OPEN;
    }

    private static Attributes visible(Attributes attributes) {
        return attributes.toBuilder().clearFlushState().clearGeneration().build();
    }

    private void account(Transaction tx, long ws, @Nullable InodeRecord now) {
        InodeRecord old = fresh ? null : counted(before);
        InodeRecord after = now == null ? null : counted(now);
        for (Counter counter : Counter.values()) {
            long delta = share(counter, after) - share(counter, old);
            if (delta != 0) {
                tx.add(Keys.counter(ws, counter), delta);
            }
        }
        accountCopies(tx, ws, old, after);
        if (since(old) != since(after)) {
            if (since(old) != 0) {
                tx.clear(Keys.dirty(ws, since(old), ino));
            }
            if (since(after) != 0) {
                tx.set(Keys.dirty(ws, since(after), ino), new byte[0]);
            }
        }
    }

    private void accountCopies(
            Transaction tx, long ws, @Nullable InodeRecord old, @Nullable InodeRecord now) {
        if ((old == null || !old.hasCopies()) && (now == null || !now.hasCopies())) {
            return;
        }
        Set<String> before = havingCopies(old);
        Set<String> after = havingCopies(now);
        for (String worker : before) {
            if (!after.contains(worker)) {
                tx.clear(Keys.copied(ws, worker, ino));
            }
        }
        for (String worker : after) {
            if (!before.contains(worker)) {
                tx.set(Keys.copied(ws, worker, ino), new byte[0]);
            }
        }
    }

    /** The owner as well, when there are copies. */
    public static Set<String> havingCopies(@Nullable InodeRecord record) {
        Set<String> workers = new HashSet<>();
        if (record != null && record.getCopies().getCopiesCount() > 0) {
            workers.add(record.getOwner());
            record.getCopies().getCopiesList().forEach(copy -> workers.add(copy.getWorker()));
        }
        return workers;
    }

    /** The record, unless what is about to leave counts no more. */
    private static @Nullable InodeRecord counted(InodeRecord record) {
        return record.getLeaving() ? null : record;
    }

    /** What an inode adds to a counter of its workspace. */
    public static long counts(Counter counter, InodeRecord record) {
        return share(counter, counted(record));
    }

    private static long share(Counter counter, @Nullable InodeRecord record) {
        return switch (counter) {
            case INODES -> one(record != null);
            case BYTES -> bytes(record);
            case DIRTY_FILES -> one(since(record) != 0);
            case DIRTY_BYTES -> dirtyBytes(record);
        };
    }

    /** The key by which the index of dirty files has the inode, or null where it has not. */
    public static byte @Nullable [] dirtyKey(long ws, InodeRecord record) {
        long since = since(counted(record));
        return since == 0 ? null : Keys.dirty(ws, since, record.getAttributes().getIno());
    }

    private static long one(boolean condition) {
        return condition ? 1 : 0;
    }

    private static long bytes(@Nullable InodeRecord record) {
        return record != null && record.getAttributes().getType() == NodeType.NODE_TYPE_FILE
                ? record.getAttributes().getSize()
                : 0;
    }

    private static long dirtyBytes(@Nullable InodeRecord record) {
        return since(record) == 0 ? 0 : bytes(record);
    }

    private static long since(@Nullable InodeRecord record) {
        return record == null ? 0 : record.getFlush().getDirtySinceMillis();
    }
}
