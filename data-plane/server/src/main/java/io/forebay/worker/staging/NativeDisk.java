package io.forebay.worker.staging;

import io.forebay.store.StagedStatus;
import io.forebay.store.StagingDisk;
import io.forebay.transport.file.FileStatus;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.posix.SpreadDirectories;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The disk by the operating system's own calls. */
public final class NativeDisk implements StagingDisk {
    @Override
    public Optional<StagedStatus> read(Path path) throws IOException {
        try (NativeFile file = NativeFile.open(path, NativeFile.O_RDONLY, 0)) {
            FileStatus status = file.stat();
            return Optional.of(
                    new StagedStatus(
                            status.size(),
                            status.mtimeNanos(),
                            status.ctimeNanos(),
                            status.blocks()));
        } catch (PosixException e) {
            if (e.errno() == PosixException.ENOENT) {
                return Optional.empty();
            }
            throw new IOException("The staged file cannot be looked at", e);
        }
    }

    @Override
    public void spread(Path directory) throws IOException {
        try {
            boolean _ = SpreadDirectories.below(directory); // other file systems need it less
        } catch (PosixException e) {
            throw new IOException("The staging directory cannot be opened", e);
        }
    }
}
