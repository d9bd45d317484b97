package io.forebay.worker.staging;

import io.forebay.persist.flush.StagedBytes;
import io.forebay.persist.flush.StagedFile;
import io.forebay.proto.FailureKind;
import io.forebay.proto.SettledFile;
import io.forebay.schema.ForebayException;
import io.forebay.store.StagedKey;
import io.forebay.store.StagingArea;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** The staging area as the flush engine sees it. */
public final class AreaBytes implements StagedBytes {
    private final StagingArea area;
    private final Eviction eviction;
    private final CopyUses copies;

    public AreaBytes(StagingArea area, Eviction eviction, CopyUses copies) {
        this.area = area;
        this.eviction = eviction;
        this.copies = copies;
    }

    @Override
    public Optional<StagedFile> open(long workspaceId, long ino) {
        return locate(workspaceId, ino).flatMap(AreaBytes::open);
    }

    /** Written back, a page that is mapped is shared anew: the next store to it moves the times. */
    @Override
    public Optional<StagedFile> openWritten(long workspaceId, long ino) {
        return locate(workspaceId, ino)
                .flatMap(path -> open(path, channel -> channel.force(false)));
    }

    private Optional<Path> locate(long workspaceId, long ino) {
        StagedKey key = new StagedKey(workspaceId, ino);
        copies.end(key);
        return area.locate(key);
    }

    private static Optional<StagedFile> open(Path path) {
        return open(path, _ -> checkSettled(path));
    }

    private static Optional<StagedFile> open(Path path, Preparation preparation) {
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            boolean ready = false;
            try {
                preparation.prepare(channel);
                ready = true;
            } finally {
                if (!ready) {
                    channel.close();
                }
            }
            return Optional.of(new OpenFile(path, channel));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /**
     * A mapping may outlive the mount by which it was made. What is stored through it moves no time
     * stamp before the next page fault, so such a file's bytes cannot be read as one state.
     */
    private static void checkSettled(Path path) throws NoSuchFileException {
        try (NativeFile file = NativeFile.open(path, NativeFile.O_RDONLY, 0)) {
            if (file.isWritable()) {
                throw new ForebayException(
                                FailureKind.FAILURE_BUSY,
                                "A process still has the file mapped or open for writing; it is"
                                        + " uploaded when that ends")
                        .with("path", path);
            }
        } catch (PosixException e) {
            if (e.errno() == PosixException.ENOENT) {
                throw new NoSuchFileException(path.toString());
            }
            throw e.toForebay("The staged file cannot be read; see the worker's disk");
        }
    }

    @Override
    public void drop(long workspaceId, long ino) {
        area.remove(new StagedKey(workspaceId, ino));
    }

    @Override
    public void dropCopy(long workspaceId, long ino) {
        eviction.dropCopy(new StagedKey(workspaceId, ino));
    }

    @Override
    public boolean evict(long workspaceId, long ino, long generation) {
        return eviction.evict(new StagedKey(workspaceId, ino), generation);
    }

    @Override
    public SettledFile settle(long workspaceId, long ino, long generation) {
        SettledFile.Builder settled =
                SettledFile.newBuilder().setIno(ino).setGeneration(generation);
        StagedKey key = new StagedKey(workspaceId, ino);
        copies.end(key);
        area.stat(key)
                .ifPresent(status ->
                        settled.setPresent(true)
                                .setSize(status.size())
                                .setMtimeNanos(status.mtimeNanos())
                                .setBlocks(status.blocks()));
        return settled.build();
    }

    @Override
    public StagedPage list(long workspaceId, String after, int limit) {
        io.forebay.store.StagedPage page = area.page(workspaceId, after, limit);
        return new StagedPage(page.keys().stream().map(StagedKey::ino).toList(), page.next());
    }

    @Override
    public OptionalLong size(long workspaceId, long ino) {
        return area.stat(new StagedKey(workspaceId, ino))
                .map(status -> OptionalLong.of(status.size()))
                .orElse(OptionalLong.empty());
    }

    private static ForebayException unreadable(Path path, IOException e) {
        return new ForebayException(
                        FailureKind.FAILURE_UNAVAILABLE,
                        "The staged file cannot be read; see the worker's disk",
                        e)
                .with("path", path)
                .with("cause", e);
    }

    private interface Preparation {
        void prepare(FileChannel file) throws IOException;
    }

    /** Its stamp is taken by path: a staged file is never replaced by another one. */
    private record OpenFile(Path path, FileChannel channel) implements StagedFile {
        @Override
        public Stamp stamp() {
            try {
                Map<String, Object> read = Files.readAttributes(path, "unix:size,ctime");
                if (read.get("size") instanceof Long size
                        && read.get("ctime") instanceof FileTime changed) {
                    return new Stamp(size, changed.to(TimeUnit.NANOSECONDS));
                }
                throw new IOException("The file system tells no size and change time");
            } catch (IOException e) {
                throw unreadable(path, e);
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                // Nothing was written through it.
            }
        }
    }
}
