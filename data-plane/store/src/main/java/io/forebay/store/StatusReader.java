package io.forebay.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Reads a file's status. Java itself cannot tell a file's blocks; the worker's reader can. */
@FunctionalInterface
public interface StatusReader {
    /** Empty when there is no such file. */
    Optional<StagedStatus> read(Path path) throws IOException;

    /** A reader that takes a file to have no holes. */
    static StatusReader withoutHoles() {
        return StatusReader::readDense;
    }

    private static Optional<StagedStatus> readDense(Path path) throws IOException {
        try {
            BasicFileAttributes read = Files.readAttributes(path, BasicFileAttributes.class);
            long blocks = Math.ceilDiv(read.size(), StagedStatus.BLOCK_BYTES);
            long mtime = read.lastModifiedTime().to(TimeUnit.NANOSECONDS);
            return Optional.of(new StagedStatus(read.size(), mtime, blocks));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
