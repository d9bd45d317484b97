package io.forebay.persist.flush;

import io.forebay.persist.check.StagedLook;
import io.forebay.proto.SettledFile;
import java.util.Optional;

/** The staging area as the flush engine sees it. */
public interface StagedBytes extends StagedLook {
    /** Opens the file's staged bytes; nothing when this worker does not have them. */
    Optional<StagedFile> open(long workspaceId, long ino);

    /**
     * As {@link #open}, of a file that may be written meanwhile: what was stored through a mapping
     * before this call shows in its stamp, as does every change after it.
     */
    Optional<StagedFile> openWritten(long workspaceId, long ino);

    /** Deletes the staged file; one that is not there is no failure. */
    void drop(long workspaceId, long ino);

    /** Deletes the copy of another worker's staged file, unless it is needed again. */
    void dropCopy(long workspaceId, long ino);

    /**
     * Asks for the right to drop this clean file's bytes and drops them.
     *
     * @return false when it was refused
     */
    boolean evict(long workspaceId, long ino, long generation);

    /** What the staged file is now, after the mount that wrote to it has gone. */
    SettledFile settle(long workspaceId, long ino, long generation);
}
