package io.forebay.mount.open;

import io.forebay.fuse.Backing;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.mount.kept.KeptFiles;
import io.forebay.proto.Attributes;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FinalSize;
import io.forebay.proto.FlushState;
import io.forebay.proto.KeptHandle;
import io.forebay.proto.KeptInode;
import io.forebay.proto.OpenReply;
import io.forebay.proto.ReleasedFile;
import io.forebay.proto.TraceContext;
import io.forebay.schema.ForebayException;
import io.forebay.schema.InodeFlags;
import io.forebay.transport.file.FileStatus;
import io.forebay.transport.file.StagedHandle;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A file that is open, or whose release the control plane has not answered yet. All fields are
 * guarded by this, and nothing is waited for under it: the staged file may be on another node.
 */
public final class OpenInode {
    private static final int SET_ID = 06000;

    private final long ino;

    /**
     * Orders commits: held across the call, because a size must not overtake the one before it.
     * Whoever waits for it waits for a commit of the same file.
     */
    private final ReentrantLock commitOrder = new ReentrantLock();

    private int handles;
    private int readers;
    private int writers;
    private long openSequence;

    private final ReleaseTurn turn = new ReleaseTurn();
    private TraceContext lastFlush = TraceContext.getDefaultInstance();

    /** What the last writer could not commit: it travels with the release. */
    private @Nullable FinalSize leftOver;

    private OpenMode mode = OpenMode.CACHED;
    private int backingId;
    private final StagedPair staged;

    private Fresh known = new Fresh(Attributes.getDefaultInstance(), 0);

    /** The staged file just before the attributes were asked for; null: not known. */
    private @Nullable FileStatus statusBefore;

    private Placing place = Placing.NOWHERE;

    private WriteState writing = WriteState.NONE;
    private final AnsweredWrites answered = new AnsweredWrites(this, this::save);

    /** The last handle was closed, and nothing was granted since. */
    private boolean closed;

    /** Where it is kept for a process that takes over. */
    private final KeptFiles.Slot slot;

    OpenInode(long ino, KeptFiles.Slot slot) {
        this.ino = ino;
        this.slot = slot;
        this.staged = new StagedPair(slot);
    }

    /** As a process that has died left it. */
    static OpenInode restored(KeptFiles.Found found) {
        OpenInode inode = new OpenInode(found.inode().getIno(), found.slot());
        inode.restore(found);
        return inode;
    }

    private synchronized void restore(KeptFiles.Found found) {
        KeptInode kept = found.inode();
        openSequence = kept.getOpenSequence();
        mode = OpenMode.valueOf(kept.getMode());
        backingId = kept.getBackingId();
        known = new Fresh(kept.getAttributes(), 0);
        closed = kept.getClosed();
        place = Placing.of(kept);
        leftOver = kept.hasLeftOver() ? kept.getLeftOver() : null;
        writing = WriteState.of(kept);
        answered.restore(kept.getUnsent());
        staged.restore(found);
        for (KeptHandle handle : found.handles()) {
            count(Access.of(handle.getFlags()), 1);
        }
    }

    private void save() {
        KeptInode.Builder kept =
                KeptInode.newBuilder()
                        .setIno(ino)
                        .setOpenSequence(openSequence)
                        .setMode(mode.name())
                        .setBackingId(backingId)
                        .setClosed(closed)
                        .setUnsent(answered.pending())
                        .setAttributes(known.attributes());
        writing.save(kept);
        place.save(kept);
        if (leftOver != null) {
            kept.setLeftOver(leftOver);
        }
        slot.save(kept.build());
    }

    /** Nothing of it is needed any more. */
    void forget() {
        slot.free();
    }

    public long ino() {
        return ino;
    }

    ReentrantLock commitOrder() {
        return commitOrder;
    }

    synchronized void beginOpen() {
        turn.beginOpen();
    }

    /** The service has opened it: from now on a release names this open. */
    public synchronized void granted(long sequence) {
        openSequence = Math.max(openSequence, sequence);
        closed = false;
        save();
    }

    /** The service has opened it again under a new mount id, whose sequences start anew. */
    public synchronized void grantedAnew(long sequence) {
        openSequence = sequence;
        save();
    }

    /** Ends an open; true when a release that waited for it must be queued now. */
    public synchronized boolean endOpen(boolean failedAfterGrant) {
        return turn.endOpen(failedAfterGrant);
    }

    /**
     * Takes over a file that a grant opened, for one more handle; the file is closed when it is not
     * needed.
     */
    public void adopt(StagedHandle file, Access access, Fresh fresh, Backing backing) {
        adopt(file, file.stat(), access, fresh, backing);
    }

    private synchronized void adopt(
            StagedHandle file, FileStatus status, Access access, Fresh fresh, Backing backing) {
        staged.requireSame(file, status);
        refreshed(fresh);
        if (handles == 0) {
            decideMode(file, access, backing);
        }
        if (access.write() && writers == 0) {
            writing = WriteState.begun(fresh.attributes(), status);
        }
        staged.keep(file, access.write());
        count(access, 1);
        save();
    }

    private void count(Access access, int handle) {
        handles += handle;
        readers += access.read() ? handle : 0;
        writers += access.write() ? handle : 0;
    }

    public synchronized void placed(OpenReply reply) {
        place = place.then(reply);
        save();
    }

    public synchronized Placing place() {
        return place;
    }

    /** Whether there are handles that a descriptor is missing for: it did not survive. */
    synchronized boolean lacksFile() {
        return (writers > 0 && staged.forWriters() == null)
                || (handles > 0 && staged.any() == null);
    }

    /** Takes over a file that was opened again, for handles that are there. */
    public synchronized void regain(StagedHandle file) {
        staged.keep(file, writers > 0);
    }

    /**
     * Any descriptor of the file will do: the kernel opens its backing file anew for each open,
     * with that open's own flags (fs/fuse/passthrough.c, backing_file_open). So an id that was made
     * from a reader's descriptor serves the writers that come later.
     */
    private void decideMode(StagedHandle file, Access access, Backing backing) {
        backingId = 0;
        mode = access.write() ? OpenMode.DIRECT : OpenMode.CACHED;
        OptionalInt descriptor = file.passable();
        if (descriptor.isEmpty()) {
            mode = OpenMode.DIRECT;
        } else if (backing.available() && !mustBeSeen()) {
            try {
                backingId = backing.open(descriptor.getAsInt());
                mode = OpenMode.PASSTHROUGH;
            } catch (FuseException e) {
                backingId = 0; // this file system cannot be passed through: the mount carries bytes
            }
        }
    }

    /** Ends a handle. After the last one the staged file and the backing id are given back. */
    public synchronized boolean drop(Access access, Backing backing) {
        count(access, -1);
        if (handles == 0) {
            closed = true;
            letGo(backing);
        }
        boolean tell = (access.write() && writers == 0) || (access.read() && readers == 0);
        return tell && turn.want();
    }

    /** Gives back what only handles need. Harmless where it was given back before. */
    synchronized void letGo(Backing backing) {
        if (backingId != 0) {
            backing.close(backingId);
            backingId = 0;
        }
        staged.close();
        save();
    }

    /**
     * True when the release must be queued that tells the control plane what is open: at once where
     * nothing was granted since the last handle was closed.
     */
    synchronized boolean releaseAnew(boolean evenIfGranted) {
        return (closed || evenIfGranted) && turn.want();
    }

    /** What to tell the control plane now; empty while an open is under way: it queues again. */
    synchronized Optional<ReleasedFile> describeRelease() {
        if (!turn.begin()) {
            return Optional.empty();
        }
        ReleasedFile.Builder release =
                ReleasedFile.newBuilder()
                        .setIno(ino)
                        .setOpenSequence(openSequence)
                        .setOwner(place.owner())
                        .setStillReading(readers > 0)
                        .setStillWriting(writers > 0)
                        .setTrace(lastFlush);
        if (leftOver != null) {
            release.setCommit(leftOver);
        }
        return Optional.of(release.build());
    }

    synchronized void leaveOver(FinalSize written) {
        leftOver = written;
        save();
    }

    /** The release was answered, or is to be sent again; true when it must be queued again. */
    synchronized boolean releaseEnded(boolean answered) {
        turn.ended();
        if (answered && leftOver != null) {
            leftOver = null;
            save();
        }
        return !answered && turn.want();
    }

    synchronized boolean isIdle() {
        return handles == 0 && turn.isIdle();
    }

    public synchronized void refreshed(Fresh fresh) {
        refreshed(fresh, Optional.empty());
    }

    /**
     * As {@link #refreshed(Fresh)}, where the staged file was looked at before: as long as it stays
     * like that, nobody has written it.
     */
    public synchronized void refreshed(Fresh fresh, Optional<FileStatus> before) {
        known = fresh;
        statusBefore = before.orElse(null);
    }

    /** Somebody else changed the file: what is known of it is old. */
    public synchronized void outdated() {
        known = new Fresh(known.attributes(), 0);
    }

    /** The service's attributes, if they came after a time and nothing was written since. */
    public Optional<Fresh> attributesSince(long millis) {
        Optional<Fresh> latest = latest(millis);
        return latest.isPresent() && (isWritten() || isUntouched()) ? latest : Optional.empty();
    }

    private boolean isUntouched() {
        Optional<FileStatus> now = localStatus();
        synchronized (this) {
            return now.isEmpty() || now.get().equals(statusBefore);
        }
    }

    /** What the staged file says of itself, where it is on this node. */
    public Optional<FileStatus> localStatus() {
        StagedHandle file;
        synchronized (this) {
            file = staged.any();
        }
        return file == null || file.passable().isEmpty()
                ? Optional.empty()
                : status(file, StagedHandle::stat);
    }

    /** Whether others write the file, or may do so unseen ({@link OpenMode#isMoving}). */
    public synchronized boolean isMoving(Attributes asked, boolean told) {
        boolean written = asked.getFlushState() == FlushState.FLUSH_STATE_OPEN;
        return handles > 0 && mode.isMoving(written, told, writers > 0);
    }

    private synchronized Optional<Fresh> latest(long sinceMillis) {
        return Optional.of(known).filter(fresh -> handles > 0 && fresh.atMillis() > sinceMillis);
    }

    /** Whether the last known mode has the bit for setuid or setgid. */
    public synchronized boolean hasSetId() {
        return (known.attributes().getMode() & SET_ID) != 0;
    }

    /** What the service said last; from time 0 where somebody else has changed it since. */
    public synchronized Fresh heard() {
        return known;
    }

    /** Unseen writes keep set-id bits; in append-only files fcntl(2) lets them go anywhere. */
    private boolean mustBeSeen() {
        return hasSetId() || InodeFlags.isAppendOnly(known.attributes().getFlags());
    }

    /** The last known attributes of an open file. */
    public Attributes known() {
        return knownIfOpen().orElse(Attributes.getDefaultInstance());
    }

    /** Whether it has no name (any more), as far as this mount knows. */
    public synchronized boolean isNameless() {
        return handles > 0 && known.attributes().getNlink() == 0;
    }

    /** The same; empty when it is not open. */
    public Optional<Attributes> knownIfOpen() {
        return latest(Long.MIN_VALUE).map(fresh -> merged(fresh.attributes()));
    }

    /** The service's attributes, with what the staged file knows better while it is written. */
    public Attributes merged(Attributes asked) {
        if (isWritten()) {
            return writtenStatus().map(status -> writing().merged(asked, status)).orElse(asked);
        }
        return asked.getFlushState() == FlushState.FLUSH_STATE_OPEN
                ? localStatus().map(status -> writing().seen(asked, status)).orElse(asked)
                : asked;
    }

    private synchronized WriteState writing() {
        return writing;
    }

    /** What the staged file says of itself; empty when there is no writer (any more). */
    private Optional<FileStatus> writtenStatus() {
        return writtenStatus(StagedHandle::stat);
    }

    private Optional<FileStatus> writtenStatus(Function<StagedHandle, FileStatus> look) {
        StagedHandle file;
        synchronized (this) {
            file = writers == 0 ? null : staged.forWriters();
        }
        return file == null ? Optional.empty() : status(file, look);
    }

    /** Empty when the last handle has ended meanwhile. */
    private Optional<FileStatus> status(
            StagedHandle file, Function<StagedHandle, FileStatus> look) {
        try {
            return Optional.of(look.apply(file));
        } catch (ForebayException e) {
            synchronized (this) {
                if (e.kind() == FailureKind.FAILURE_STALE && !staged.holds(file)) {
                    return Optional.empty();
                }
            }
            throw e;
        }
    }

    /** A time was set by hand: it holds until the next write, and others that read see it. */
    public void mtimeSet(Fresh fresh) {
        refreshed(fresh);
        long mtime = fresh.attributes().getMtimeNanos();
        (isWritten() ? writtenStatus(file -> file.setModified(mtime)) : localStatus())
                .ifPresent(status -> mtimeSet(fresh, status));
    }

    private synchronized void mtimeSet(Fresh fresh, FileStatus status) {
        writing = writing.mtimeSet(fresh.attributes().getMtimeNanos(), status);
        save();
    }

    /** The size and times to commit; empty when there is no writer. */
    Optional<FinalSize> written() {
        return writtenStatus().map(status -> writing().written(status));
    }

    synchronized boolean isDue(FinalSize written, boolean closing) {
        return !writing.isCommitted(written) || (closing && (place.waits() || writing.closeDue()));
    }

    synchronized void committed(FinalSize written, boolean closed, Fresh fresh) {
        writing = writing.committed(written, closed);
        refreshed(fresh);
        save();
    }

    /** Blocks came or went, perhaps without a new size or time: the next commit is due. */
    public synchronized void reshaped() {
        writing = writing.reshaped();
        save();
    }

    synchronized void flushedIn(TraceContext trace) {
        lastFlush = trace;
    }

    /** How a handle of the inode is open: past the mount no longer where writes must be seen. */
    public synchronized OpenMode mode(Access access) {
        boolean seen = mode == OpenMode.PASSTHROUGH && access.write() && mustBeSeen();
        return seen ? OpenMode.SEEN : mode;
    }

    public AnsweredWrites answered() {
        return answered;
    }

    /** 0 where the inode is not passed through. */
    public synchronized int backingId() {
        return backingId;
    }

    /** Sees what was written here, also what has not reached the owner yet. */
    public synchronized StagedHandle readable() {
        return present(staged.any());
    }

    public synchronized StagedHandle writable() {
        return present(staged.forWriters());
    }

    public synchronized boolean isOpen() {
        return handles > 0;
    }

    /** As all of its handles together have it. */
    public synchronized Access access() {
        return new Access(readers > 0, writers > 0, false, false, false);
    }

    public synchronized boolean isWritten() {
        return writers > 0;
    }

    private static StagedHandle present(@Nullable StagedHandle file) {
        if (file == null) {
            throw new FuseException(Errno.EBADF);
        }
        return file;
    }
}
