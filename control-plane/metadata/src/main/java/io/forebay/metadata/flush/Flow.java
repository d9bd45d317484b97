package io.forebay.metadata.flush;

import io.forebay.metadata.placement.Copies;
import io.forebay.metadata.state.Handles;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.metadata.work.Backoff;
import io.forebay.proto.ConflictRecord;
import io.forebay.proto.FinalSize;
import io.forebay.proto.FlushRecord;
import io.forebay.proto.FlushState;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.SeenObject;
import io.forebay.proto.SetAttributesRequest;
import org.jspecify.annotations.Nullable;

/**
 * How a file's content moves through its states: what opens, closes, renames and removals mean for
 * the bucket. A file is dirty exactly when its state is not CLEAN and it has a name.
 */
public final class Flow {
    /**
     * How long a file that nobody needs can still be opened: who has it by a descriptor that opens
     * nothing (O_PATH) is known to his mount alone, which opens it meanwhile. The kernel tells of
     * all others within milliseconds.
     */
    private static final long LEAVING_MILLIS = 2_000;

    /** What is larger goes at once: whoever removes it may need its room for the next one. */
    public static final long LEAVING_BYTES_MAX = 64 << 20;

    private Flow() {}

    /**
     * The file is opened for writing.
     *
     * @param first nobody has it open for writing yet: a new generation starts, unless a writer
     *     that ended without a word has started it
     */
    public static void opened(Space space, Inode inode, boolean first, boolean truncate) {
        FlushRecord.Builder flush = inode.flush();
        boolean open = inode.state() == FlushState.FLUSH_STATE_OPEN;
        flush.clearCutShort(); // whoever opens it now goes on with what there is
        if (first && open) { // goes on with what a writer left that is gone
            flush.setUnsettled(true).clearCutGeneration();
            Queue.remove(space, inode.owner(), TaskId.of(TaskKind.SETTLE, inode.ino()));
        } else if (first) {
            flush.setCleanGeneration(inode.uploaded() ? inode.generation() : 0);
            PowerLoss.opened(inode);
            untried(flush).clearShared().clearStagedCtimeNanos().clearTimedCtimeNanos();
            inode.attributes()
                    .setGeneration(inode.generation() + 1)
                    .setFlushState(FlushState.FLUSH_STATE_OPEN);
            if (!inode.isNew()) {
                Queue.remove(space, inode.owner(), TaskId.of(TaskKind.UPLOAD, inode.ino()));
            }
            dirty(space, inode);
        }
        if (truncate) {
            changed(flush);
            inode.attributes().setSize(0).setBlocks(0);
            inode.touch(space.nowNanos(), true);
            inode.record().setStaged(true);
        }
    }

    /**
     * Several mounts have it open for writing: what they commit may come in another order than they
     * looked at the file, so that its worker has the last word when all have closed it.
     */
    public static void shared(Inode inode) {
        inode.flush().setShared(true);
    }

    /** Size and times of a file that is open for writing. */
    public static void committed(Space space, Inode inode, FinalSize size) {
        FlushRecord.Builder flush = inode.flush();
        if (flush.getShared() && size.getStagedCtimeNanos() < flush.getStagedCtimeNanos()) {
            return; // what came before it is newer
        }
        flush.setStagedCtimeNanos(size.getStagedCtimeNanos());
        boolean timedSince = size.getStagedCtimeNanos() < flush.getTimedCtimeNanos();
        long mtime = timedSince ? inode.attributes().getMtimeNanos() : size.getMtimeNanos();
        boolean same =
                inode.attributes().getSize() == size.getSize()
                        && inode.attributes().getMtimeNanos() == mtime;
        inode.record().setStaged(true);
        flush.clearUnsettled();
        inode.attributes().setBlocks(size.getBlocks());
        boolean cut = flush.getCutGeneration() != 0;
        if (!same || (cut && size.getStagedCtimeNanos() != flush.getCutCtimeNanos())) {
            changed(flush);
        }
        if (!same) {
            inode.attributes()
                    .setSize(size.getSize())
                    .setMtimeNanos(mtime)
                    .setCtimeNanos(space.nowNanos());
        }
    }

    /**
     * A time of modification is set by hand. Where others write the file, its staged file has it as
     * well: what they commit of a look before that has an older time, and what they have committed
     * of a later one a newer time, which stays; then the answer is false.
     */
    public static boolean timeSet(Inode inode, SetAttributesRequest request) {
        if (!request.hasStagedCtimeNanos()) {
            return true;
        }
        FlushRecord.Builder flush = inode.flush();
        long ctime = request.getStagedCtimeNanos();
        flush.setTimedCtimeNanos(Math.max(flush.getTimedCtimeNanos(), ctime));
        return flush.getStagedCtimeNanos() <= ctime;
    }

    /**
     * Somebody who had the file open for writing ended without a word: what he wrote is known to
     * the worker alone, and counts as closed once it has said what there is.
     */
    public static void abandoned(Space space, Inode inode, boolean last) {
        inode.flush().setUnsettled(true);
        if (last) {
            closed(space, inode, "");
        }
    }

    /**
     * A close has returned or will: a barrier from now on waits for what was written, although the
     * release that ends the open comes behind it.
     */
    public static void closing(Space space, Inode inode) {
        boolean counted = inode.flush().getClosedSinceMillis() != 0;
        boolean named = inode.linked() || inode.record().getNameable();
        if (!counted && named && inode.state() == FlushState.FLUSH_STATE_OPEN) {
            inode.flush().setClosedSinceMillis(space.nowMillis());
        }
    }

    /** A file that was made without a name has got its first one: its content is to be uploaded. */
    public static void named(Space space, Inode inode) {
        dirty(space, inode);
        if (!Handles.anyWriting(space, inode.ino())) {
            closed(space, inode, "");
        }
    }

    /**
     * WRITE_THROUGH: what a close or an fsync saw is to be in the bucket before that returns. It is
     * a generation of its own: what is written from now on belongs to the next one.
     *
     * @return the generation to wait for, or 0 where there is nothing to wait for
     */
    public static long cut(Space space, Inode inode, FinalSize size) {
        FlushRecord.Builder flush = inode.flush();
        if (!inode.linked() || inode.state() != FlushState.FLUSH_STATE_OPEN) {
            return 0;
        }
        long unchanged = flush.getCleanGeneration();
        if (unchanged != 0 && unchanged == flush.getCutGeneration()) {
            return unchanged;
        }
        String key = ObjectKeys.current(space, inode.ino());
        boolean there = inode.hasObject() && inode.object().getGeneration() == unchanged;
        if (unchanged != 0 && there && inode.object().getKey().equals(key)) {
            return 0;
        }
        long generation = inode.generation();
        untried(flush)
                .setCutGeneration(generation)
                .setCutCtimeNanos(size.getStagedCtimeNanos())
                .setCleanGeneration(generation);
        inode.attributes().setGeneration(generation + 1);
        again(space, inode, space.nowMillis());
        return generation;
    }

    /** What a close or an fsync saw of a file that is still open is in the bucket. */
    private static void stored(Space space, Inode inode) {
        untried(inode.flush()).clearClosedSinceMillis().setDirtySinceMillis(space.nowMillis());
        OpenUploads.left(space, inode);
        Queue.remove(space, inode.owner(), TaskId.of(TaskKind.UPLOAD, inode.ino()));
    }

    /** A writer was faster than the upload: whoever waits has to commit again. */
    static void cutLost(Space space, Inode inode) {
        changed(inode.flush());
        Queue.remove(space, inode.owner(), TaskId.of(TaskKind.UPLOAD, inode.ino()));
    }

    /** What failed before counts no more. */
    private static FlushRecord.Builder untried(FlushRecord.Builder flush) {
        return flush.setAttempt(0).clearError().clearNextRetryMillis();
    }

    private static void changed(FlushRecord.Builder flush) {
        flush.clearCleanGeneration().clearCutGeneration();
    }

    /** The last one who had the file open for writing is gone. */
    public static void closed(Space space, Inode inode, String traceparent) {
        if (!inode.linked()) {
            return;
        }
        FlushRecord.Builder flush = inode.flush();
        flush.clearCutGeneration();
        if (flush.getUnsettled() || flush.getShared()) {
            Settling.request(space, inode);
            return;
        }
        if (flush.getCutShort()) {
            PowerLoss.hold(space, inode);
            return;
        }
        long restored = flush.getCleanGeneration();
        if (restored != 0 && inode.hasObject() && inode.object().getGeneration() == restored) {
            inode.attributes().setGeneration(restored);
            String key = ObjectKeys.current(space, inode.ino());
            if (key != null && isAt(space, inode, key)) {
                clean(space, inode);
                return;
            }
        }
        flush.setTraceparent(traceparent);
        Policy policy = Policy.of(space, inode.ino());
        if (policy.keeps() && !inode.uploaded()) {
            keep(space, inode);
        } else {
            queue(space, inode, policy.dueMillis(space));
        }
    }

    /**
     * A symbolic link or a special file was made, which is closed at once, and whose content is in
     * the metadata: whichever worker it has only carries it to the bucket.
     */
    public static void made(Space space, Inode inode) {
        if (!inode.hasKey()) {
            return;
        }
        inode.attributes().setGeneration(1);
        inode.record().setStaged(true);
        Policy policy = Policy.of(space, inode.ino());
        if (policy.keeps()) {
            keep(space, inode);
        } else {
            queue(space, inode, policy.dueMillis(space));
        }
    }

    /** TRANSIENT: the content stays with its worker. */
    private static void keep(Space space, Inode inode) {
        inode.attributes().setFlushState(FlushState.FLUSH_STATE_TRANSIENT);
        untried(inode.flush())
                .clearDirtySinceMillis()
                .clearClosedSinceMillis()
                .clearCleanGeneration();
        OpenUploads.left(space, inode);
        Queue.remove(space, inode.owner(), TaskId.of(TaskKind.UPLOAD, inode.ino()));
    }

    /** The file must be brought to the bucket, from a time on. */
    public static void queue(Space space, Inode inode, long dueMillis) {
        FlushRecord.Builder flush = inode.flush();
        if (flush.getCutShort()) {
            PowerLoss.hold(space, inode);
            return;
        }
        inode.attributes().setFlushState(FlushState.FLUSH_STATE_QUEUED);
        untried(flush).clearCleanGeneration();
        dirty(space, inode);
        if (flush.getClosedSinceMillis() == 0) {
            flush.setClosedSinceMillis(space.nowMillis());
        }
        Queue.put(space, inode.owner(), TaskId.of(TaskKind.UPLOAD, inode.ino()), dueMillis);
    }

    /** What is to be brought to the bucket is looked at again; an open file stays open. */
    static void again(Space space, Inode inode, long dueMillis) {
        if (inode.state() == FlushState.FLUSH_STATE_OPEN) {
            TaskId task = TaskId.of(TaskKind.UPLOAD, inode.ino());
            Queue.put(space, inode.owner(), task, dueMillis);
        } else {
            queue(space, inode, dueMillis);
        }
    }

    /** The bucket has the content under the file's key. */
    static void clean(Space space, Inode inode) {
        String marked = inode.flush().getMarkedKey();
        if (!marked.isEmpty() && !marked.equals(inode.object().getKey())) {
            Removals.request(space, inode.owner(), marked);
        }
        inode.attributes().setFlushState(FlushState.FLUSH_STATE_CLEAN);
        Copies.end(space, inode);
        untried(inode.flush())
                .clearDirtySinceMillis()
                .clearClosedSinceMillis()
                .clearCleanGeneration()
                .clearMarkedKey()
                .clearConflict();
        OpenUploads.left(space, inode);
        Queue.remove(space, inode.owner(), TaskId.of(TaskKind.UPLOAD, inode.ino()));
    }

    /** A try failed; the next one is planned. */
    static void failed(Space space, Inode inode, String message) {
        FlushRecord.Builder flush = inode.flush();
        int attempt = flush.getAttempt() + 1;
        long next = space.nowMillis() + Backoff.millis(attempt, inode.ino());
        if (inode.state() != FlushState.FLUSH_STATE_OPEN) {
            inode.attributes().setFlushState(FlushState.FLUSH_STATE_FAILED);
        }
        flush.setAttempt(attempt).setError(message).setNextRetryMillis(next);
        Queue.put(space, inode.owner(), TaskId.of(TaskKind.UPLOAD, inode.ino()), next);
    }

    /** Somebody else changed the object: a person decides which version stays. */
    public static void conflicted(Space space, Inode inode, String key, SeenObject seen) {
        inode.flush().setConflict(ConflictRecord.newBuilder().setKey(key).setSeen(seen));
        if (inode.state() == FlushState.FLUSH_STATE_CLEAN) {
            dirty(space, inode);
            inode.flush().setClosedSinceMillis(1); // it was clean: every barrier must see it
        }
        String what = seen.getThere() ? "changed the object" : "deleted the object";
        stuck(
                space,
                inode,
                FlushState.FLUSH_STATE_CONFLICT,
                "Somebody else " + what + ": decide which version stays (forebay resolve)");
    }

    /** It cannot go on before a person, or a rename, changes something. */
    static void stuck(Space space, Inode inode, FlushState state, String message) {
        if (inode.flush().getCutGeneration() == 0) {
            inode.attributes().setFlushState(state);
        } else {
            changed(inode.flush()); // it is still open: the last close says it again
        }
        inode.flush()
                .setAttempt(inode.flush().getAttempt() + 1)
                .setError(message)
                .clearNextRetryMillis();
        OpenUploads.left(space, inode);
        Queue.remove(space, inode.owner(), TaskId.of(TaskKind.UPLOAD, inode.ino()));
    }

    /**
     * A name of the inode came, went or changed.
     *
     * @param oldKey where the object of a file was to be before; null for what has no object
     */
    public static void renamed(Space space, Inode inode, @Nullable String oldKey) {
        String newKey = oldKey == null ? null : ObjectKeys.current(space, inode.ino());
        if (oldKey != null && newKey != null && !newKey.equals(oldKey)) {
            Removals.request(space, inode.owner(), oldKey);
            relocated(space, inode, newKey);
        }
    }

    /** The key's object changed: whether it is the file's decides whether the file is clean. */
    static void reconcile(Space space, Inode inode, String key) {
        boolean open = inode.state() == FlushState.FLUSH_STATE_OPEN;
        boolean clean = inode.state() == FlushState.FLUSH_STATE_CLEAN;
        boolean there = !open && isAt(space, inode, key);
        long cut = inode.flush().getCutGeneration();
        if (open && cut != 0 && inode.object().getGeneration() == cut) {
            stored(space, inode);
        } else if (there && !clean) {
            clean(space, inode);
        } else if (clean && !there) {
            queue(space, inode, space.nowMillis());
        }
    }

    /** The file's path has this key now: it may need another object, or none any more. */
    static void relocated(Space space, Inode inode, String key) {
        FlushState state = inode.state();
        if (state == FlushState.FLUSH_STATE_OPEN) {
            if (inode.flush().getCutGeneration() != 0) {
                again(space, inode, space.nowMillis());
            }
            return;
        }
        if (isAt(space, inode, key)) {
            if (state != FlushState.FLUSH_STATE_CLEAN) {
                clean(space, inode);
            }
        } else if (!inode.uploaded() && Policy.of(space, key).keeps()) {
            keep(space, inode);
        } else if (state != FlushState.FLUSH_STATE_QUEUED || inode.uploaded()) {
            queue(space, inode, space.nowMillis());
        }
    }

    /** The file's name is gone. */
    public static void unlinked(Space space, Inode inode, String key) {
        lookAtKeys(space, inode);
        Removals.request(space, inode.owner(), key);
        Queue.remove(space, inode.owner(), TaskId.of(TaskKind.UPLOAD, inode.ino()));
        Queue.remove(space, inode.owner(), TaskId.of(TaskKind.EVICT, inode.ino()));
        inode.flush().clearDirtySinceMillis().clearClosedSinceMillis();
        forgetUnused(space, inode);
    }

    /**
     * Forgets a file that has no name and that nobody has open; in a moment, where its content is
     * still with its worker and not large.
     */
    public static void forgetUnused(Space space, Inode inode) {
        if (inode.linked() || Handles.any(space, inode.ino())) {
            return;
        }
        if (!inode.regular()) {
            inode.delete();
            lookAtKeys(space, inode);
            return;
        }
        Copies.end(space, inode);
        long due = space.nowMillis();
        if (inode.record().getStaged() && inode.attributes().getSize() <= LEAVING_BYTES_MAX) {
            inode.record().setLeaving(true);
            due += LEAVING_MILLIS;
        } else {
            inode.delete();
        }
        lookAtKeys(space, inode);
        Queue.remove(space, inode.owner(), TaskId.of(TaskKind.SETTLE, inode.ino()));
        Queue.put(space, inode.owner(), dropping(inode.ino()), due);
    }

    /** Somebody opens the file: it stays, if it was about to leave. */
    public static void takenBack(Space space, Inode inode) {
        if (inode.record().getLeaving()) {
            inode.record().setLeaving(false);
            Queue.remove(space, inode.owner(), dropping(inode.ino()));
        }
    }

    /** Its worker drops what it has of the file, which nobody can open from now on. */
    static void dropped(Space space, long ino) {
        Inode inode = space.find(ino);
        if (inode != null && inode.record().getLeaving()) {
            inode.delete();
            lookAtKeys(space, inode);
        }
    }

    private static TaskId dropping(long ino) {
        return TaskId.of(TaskKind.DROP_STAGED, ino);
    }

    /** Whether the bucket has the file's content under this key, and nobody changes it. */
    static boolean isAt(Space space, Inode inode, String key) {
        if (!inode.uploaded() || !inode.object().getKey().equals(key)) {
            return false;
        }
        KeyRecord.Builder record = KeyStates.load(space, key);
        return KeyStates.isObjectOf(key, record, inode)
                && KeyStates.marked(record, KeyRecord.Intent.INTENT_UNSPECIFIED)
                && record.getUnknownPutsCount() == 0;
    }

    private static void lookAtKeys(Space space, Inode inode) {
        if (inode.hasObject()) {
            Removals.request(space, inode.owner(), inode.object().getKey());
        }
        String marked = inode.flush().getMarkedKey();
        if (!marked.isEmpty()) {
            Removals.request(space, inode.owner(), marked);
        }
        OpenUploads.left(space, inode);
    }

    private static void dirty(Space space, Inode inode) {
        if (inode.linked() && inode.flush().getDirtySinceMillis() == 0) {
            inode.flush().setDirtySinceMillis(space.nowMillis());
        }
    }
}
