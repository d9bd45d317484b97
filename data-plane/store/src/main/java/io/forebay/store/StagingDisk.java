package io.forebay.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What Java itself cannot tell or ask of the disk; the worker's one can. */
@FunctionalInterface
public interface StagingDisk {
    /** Empty when there is no such file. */
    Optional<StagedStatus> read(Path path) throws IOException;

    /**
     * Directories that are made below this one are best laid out in different places.
     *
     * <p>ext4 puts new files where their directory is, and passes over each file number that was
     * given back in the last minutes: where all are in one place, a file costs half a millisecond
     * after some thousands were deleted.
     */
    default void spread(Path directory) throws IOException {}

    /** A disk whose files are taken to have no holes. */
    static StagingDisk withoutHoles() {
        return StagingDisk::readDense;
    }

    private static Optional<StagedStatus> readDense(Path path) throws IOException {
        try {
            BasicFileAttributes read = Files.readAttributes(path, BasicFileAttributes.class);
            long blocks = Math.ceilDiv(read.size(), StagedStatus.BLOCK_BYTES);
            long mtime = read.lastModifiedTime().to(TimeUnit.NANOSECONDS);
            return Optional.of(new StagedStatus(read.size(), mtime, mtime, blocks));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
