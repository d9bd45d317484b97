package io.forebay.mount.open;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.mount.kept.KeptFiles;
import io.forebay.transport.file.FileStatus;
import io.forebay.transport.file.StagedHandle;
import io.forebay.transport.posix.NativeFile;
import org.jspecify.annotations.Nullable;

/**
 * The staged file of an inode as it is open here: once for writers, else once for readers. Not for
 * several threads.
 */
final class StagedPair {
    private final KeptFiles.Slot slot;
    private @Nullable StagedHandle readFile;
    private @Nullable StagedHandle writeFile;
    private @Nullable FileStatus identity;

    StagedPair(KeptFiles.Slot slot) {
        this.slot = slot;
    }

    /** As a process that has died left it. */
    void restore(KeptFiles.Found found) {
        readFile = found.readFile();
        writeFile = found.writeFile();
        StagedHandle any = any();
        identity = any == null ? null : any.stat();
    }

    /** Closes a file that is not the one that is open, and fails. */
    void requireSame(StagedHandle file, FileStatus status) {
        if (identity != null && !identity.isOfSameFile(status)) {
            file.close();
            throw new FuseException(Errno.EBUSY); // the staged file was replaced under open handles
        }
        identity = status;
    }

    /** Takes the file over; it is closed when it is not needed. */
    void keep(StagedHandle file, boolean writable) {
        if (writable && writeFile == null) {
            writeFile = file;
        } else if (!writable && readFile == null && writeFile == null) {
            readFile = file;
        } else {
            file.close();
            return;
        }
        if (file instanceof NativeFile local) {
            slot.keep(writable, local);
        }
    }

    void close() {
        close(readFile, false);
        close(writeFile, true);
        readFile = null;
        writeFile = null;
        identity = null;
    }

    private void close(@Nullable StagedHandle file, boolean writable) {
        if (file instanceof NativeFile) {
            slot.drop(writable);
        }
        if (file != null) {
            file.close();
        }
    }

    /** Sees what was written here, also what has not reached the owner yet. */
    @Nullable StagedHandle any() {
        return writeFile != null ? writeFile : readFile;
    }

    @Nullable StagedHandle forWriters() {
        return writeFile;
    }

    boolean holds(StagedHandle file) {
        return file.equals(writeFile) || file.equals(readFile);
    }
}
