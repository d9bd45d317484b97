package io.forebay.mount.open;

import io.forebay.proto.Attributes;
import io.forebay.proto.FinalSize;
import io.forebay.proto.KeptInode;
import io.forebay.transport.file.FileStatus;

/**
 * What the metadata knows of a file that is being written, beside what its staged file says.
 *
 * @param committedSize of the last commit; -1: the next one is due whatever the size is
 * @param stagedMtimeNanos while the staged file still has this time, the file's time is {@code
 *     shownMtimeNanos}
 * @param closeDue whether something was committed that no close has been told of yet
 */
record WriteState(
        long committedSize,
        long committedMtimeNanos,
        long stagedMtimeNanos,
        long shownMtimeNanos,
        boolean closeDue) {
    static final WriteState NONE = new WriteState(0, 0, 0, 0, false);

    /** Of a file that gets its first writer. */
    static WriteState begun(Attributes known, FileStatus status) {
        long mtime = known.getMtimeNanos();
        return new WriteState(known.getSize(), mtime, status.mtimeNanos(), mtime, false);
    }

    /** A close that was told before a takeover may be told again. */
    static WriteState of(KeptInode kept) {
        return new WriteState(
                kept.getCommittedSize(),
                kept.getCommittedMtimeNanos(),
                kept.getStagedMtimeNanos(),
                kept.getShownMtimeNanos(),
                true);
    }

    void save(KeptInode.Builder kept) {
        kept.setCommittedSize(committedSize)
                .setCommittedMtimeNanos(committedMtimeNanos)
                .setStagedMtimeNanos(stagedMtimeNanos)
                .setShownMtimeNanos(shownMtimeNanos);
    }

    WriteState committed(FinalSize written, boolean closed) {
        return new WriteState(
                written.getSize(),
                written.getMtimeNanos(),
                stagedMtimeNanos,
                shownMtimeNanos,
                !closed);
    }

    /** Blocks came or went, perhaps without a new size or time. */
    WriteState reshaped() {
        return new WriteState(-1, committedMtimeNanos, stagedMtimeNanos, shownMtimeNanos, closeDue);
    }

    /** A time was set by hand: it holds until the next write. */
    WriteState mtimeSet(long mtimeNanos, FileStatus status) {
        return new WriteState(committedSize, mtimeNanos, status.mtimeNanos(), mtimeNanos, closeDue);
    }

    boolean isCommitted(FinalSize written) {
        return written.getSize() == committedSize && written.getMtimeNanos() == committedMtimeNanos;
    }

    /** The size and times to commit. */
    FinalSize written(FileStatus status) {
        return FinalSize.newBuilder()
                .setSize(status.size())
                .setMtimeNanos(mtimeOf(status))
                .setBlocks(status.blocks())
                .setStagedCtimeNanos(status.ctimeNanos())
                .build();
    }

    /** The service's attributes, with what the staged file knows better. */
    Attributes merged(Attributes known, FileStatus status) {
        long ctime = known.getCtimeNanos();
        if (status.mtimeNanos() != stagedMtimeNanos) {
            ctime = Math.max(ctime, status.ctimeNanos());
        }
        return known.toBuilder()
                .setSize(status.size())
                .setBlocks(status.blocks())
                .setMtimeNanos(mtimeOf(status))
                .setCtimeNanos(ctime)
                .build();
    }

    /**
     * The same for a file that others are writing, or that was made here and not written yet: then
     * a time that was set by hand holds, and may be an old one.
     */
    Attributes seen(Attributes known, FileStatus status) {
        long mtime =
                status.mtimeNanos() == stagedMtimeNanos
                        ? known.getMtimeNanos()
                        : Math.max(known.getMtimeNanos(), status.mtimeNanos());
        boolean written = mtime != known.getMtimeNanos() || status.size() != known.getSize();
        return !written
                ? known
                : known.toBuilder()
                        .setSize(status.size())
                        .setBlocks(status.blocks())
                        .setMtimeNanos(mtime)
                        .setCtimeNanos(Math.max(known.getCtimeNanos(), status.ctimeNanos()))
                        .build();
    }

    private long mtimeOf(FileStatus status) {
        return status.mtimeNanos() == stagedMtimeNanos ? shownMtimeNanos : status.mtimeNanos();
    }
}
