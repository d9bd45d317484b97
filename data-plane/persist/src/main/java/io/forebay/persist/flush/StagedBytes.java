package io.forebay.persist.flush;

import io.forebay.proto.SettledFile;
import java.util.Optional;

/** The staging area as the flush engine sees it. */
public interface StagedBytes {
    /** Opens the file's staged bytes; nothing when this worker does not have them. */
    Optional<StagedFile> open(long workspaceId, long ino);

    /** Deletes the staged file; one that is not there is no failure. */
    void drop(long workspaceId, long ino);

    /**
     * Asks for the right to drop this clean file's bytes and drops them.
     *
     * @return false when it was refused
     */
    boolean evict(long workspaceId, long ino, long generation);

    /** What the staged file is now, after the mount that wrote to it has gone. */
    SettledFile settle(long workspaceId, long ino, long generation);
}
