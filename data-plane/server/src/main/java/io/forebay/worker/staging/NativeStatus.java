package io.forebay.worker.staging;

import io.forebay.store.StagedStatus;
import io.forebay.store.StatusReader;
import io.forebay.transport.file.FileStatus;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads a file's status with its blocks, which Java's own view lacks. */
public final class NativeStatus implements StatusReader {
    @Override
    public Optional<StagedStatus> read(Path path) throws IOException {
        try (NativeFile file = NativeFile.open(path, NativeFile.O_RDONLY, 0)) {
            FileStatus status = file.stat();
            return Optional.of(
                    new StagedStatus(status.size(), status.mtimeNanos(), status.blocks()));
        } catch (PosixException e) {
            if (e.errno() == PosixException.ENOENT) {
                return Optional.empty();
            }
            throw new IOException("The staged file cannot be looked at", e);
        }
    }
}
