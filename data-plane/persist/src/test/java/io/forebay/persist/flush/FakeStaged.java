package io.forebay.persist.flush;

import io.forebay.proto.SettledFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Staged files in a directory. */
final class FakeStaged implements StagedBytes {
    private final Path directory;
    private volatile BooleanSupplier mayEvict = () -> true;
    private volatile Runnable onStamp = () -> {};

    FakeStaged(Path directory) {
        this.directory = directory;
    }

    void write(long ino, byte[] bytes) {
        try {
            Files.write(path(ino), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] read(long ino) {
        try {
            return Files.readAllBytes(path(ino));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean has(long ino) {
        return Files.exists(path(ino));
    }

    void refuseEviction() {
        mayEvict = () -> false;
    }

    /** Runs each time that somebody looks at a file's state. */
    void onStamp(Runnable action) {
        onStamp = action;
    }

    @Override
    public Optional<StagedFile> open(long workspaceId, long ino) {
        if (!has(ino)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Opened(path(ino), FileChannel.open(path(ino))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<StagedFile> openWritten(long workspaceId, long ino) {
        return open(workspaceId, ino);
    }

    @Override
    public void drop(long workspaceId, long ino) {
        try {
            Files.deleteIfExists(path(ino));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean evict(long workspaceId, long ino, long generation) {
        if (!mayEvict.getAsBoolean()) {
            return false;
        }
        drop(workspaceId, ino);
        return true;
    }

    @Override
    public StagedPage list(long workspaceId, String after, int limit) {
        try (Stream<Path> files = Files.list(directory)) {
            List<Long> behind =
                    files.map(file -> Long.parseLong(file.getFileName().toString()))
                            .filter(ino -> after.isEmpty() || ino > Long.parseLong(after))
                            .sorted()
                            .toList();
            List<Long> page = behind.subList(0, Math.min(limit, behind.size()));
            boolean end = page.size() == behind.size();
            return new StagedPage(page, end ? "" : "" + page.getLast());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public OptionalLong size(long workspaceId, long ino) {
        return has(ino) ? OptionalLong.of(path(ino).toFile().length()) : OptionalLong.empty();
    }

    @Override
    public SettledFile settle(long workspaceId, long ino, long generation) {
        return SettledFile.newBuilder()
                .setIno(ino)
                .setGeneration(generation)
                .setPresent(has(ino))
                .setSize(has(ino) ? read(ino).length : 0)
                .build();
    }

    @Override
    public void dropCopy(long workspaceId, long ino) {
        drop(workspaceId, ino);
    }

    private Path path(long ino) {
        return directory.resolve(Long.toString(ino));
    }

    private final class Opened implements StagedFile {
        private final Path path;
        private final FileChannel channel;

        private Opened(Path path, FileChannel channel) {
            this.path = path;
            this.channel = channel;
        }

        @Override
        public FileChannel channel() {
            return channel;
        }

        @Override
        public Stamp stamp() {
            onStamp.run();
            try {
                return new Stamp(
                        Files.size(path), Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
