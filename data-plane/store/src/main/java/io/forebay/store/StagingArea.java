package io.forebay.store;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The staged files of one directory. Safe for any number of threads; used by one process at a time.
 *
 * <p>Bytes are written past this class, through descriptors of the paths that it answers; so it
 * does not know what a file that is open takes on the disk until {@link #measure} looks.
 *
 * <p>Failures are {@link ForebayException}: NO_SPACE when the disk is full, PERMISSION when it
 * cannot be written, BUSY when the file's fill lasts too long.
 */
public final class StagingArea implements AutoCloseable {
    private final StagingDirectory directory;
    private final StagingSettings settings;
    private final StagingLayout layout;
    private final KeyGate gate;
    private final StagedIndex index = new StagedIndex();

    private StagingArea(StagingDirectory directory, StagingSettings settings) {
        this.directory = directory;
        this.settings = settings;
        this.layout = new StagingLayout(directory.files(), settings.disk());
        this.gate = new KeyGate(settings.waitMax());
    }

    /**
     * Opens the directory, making it when it is not there.
     *
     * @throws ForebayException INVALID when it holds something else, BUSY when another process uses
     *     it, UNSUPPORTED when a newer version wrote it, CORRUPT when it is damaged
     */
    public static StagingArea open(StagingSettings settings) {
        StagingDirectory directory = StagingDirectory.open(settings.directory(), settings.bootId());
        return new StagingArea(directory, settings);
    }

    /** Of this directory, and no other one. */
    public String id() {
        return directory.id();
    }

    /** Whether the machine was started anew since: clean files may then miss bytes. */
    public boolean rebooted() {
        return directory.rebooted();
    }

    /** What was found at start is sorted out: from now on this boot's files are trusted. */
    public void recovered() {
        directory.recovered(settings.bootId());
    }

    /** Whether no open has to wait for a fill or an eviction of the file now. */
    public boolean isIdle(StagedKey key) {
        return gate.isIdle(key);
    }

    /** The staged file, after anything that happens to it has ended. */
    public Optional<Path> locate(StagedKey key) {
        gate.await(key);
        Path file = layout.file(key);
        return Files.exists(file) ? Optional.of(file) : Optional.empty();
    }

    /** The staged file, made empty when it is not there. Nothing is synced. */
    public Path create(StagedKey key) {
        gate.await(key);
        Path file = layout.file(key);
        try {
            layout.makeDirectory(key);
            Files.createFile(file);
        } catch (FileAlreadyExistsException e) {
            return file;
        } catch (IOException e) {
            throw StorageFailures.of(e, file);
        }
        return file;
    }

    /**
     * The staged file, brought back when it is not there. Callers at the same time share one fill
     * and its failure; a failed fill leaves nothing.
     *
     * @param size what the source must have written
     */
    public Path fill(StagedKey key, long size, ContentSource source) {
        Path file = layout.file(key);
        try {
            while (!Files.exists(file)) {
                gate.runOrWait(key, () -> fillNow(key, size, source));
            }
            return file;
        } catch (KeyGate.SharedFailure e) {
            throw shared(e, file);
        }
    }

    private static ForebayException shared(KeyGate.SharedFailure e, Path file) {
        if (e.getCause() instanceof ForebayException failure) {
            String text = "The file could not be brought back; see the cause";
            return new ForebayException(failure.kind(), text, failure)
                    .with("cause", failure.getMessage());
        }
        return StorageFailures.of(new IOException(e.getCause()), file);
    }

    private void fillNow(StagedKey key, long size, ContentSource source) {
        Path file = layout.file(key);
        if (Files.exists(file)) {
            return;
        }
        Path fill = layout.fill(key);
        try {
            layout.makeDirectory(key);
            try {
                write(fill, size, source);
                Files.move(fill, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fill);
            }
        } catch (IOException e) {
            throw StorageFailures.of(e, file);
        }
    }

    private static void write(Path fill, long size, ContentSource source) throws IOException {
        try (FileChannel target =
                FileChannel.open(
                        fill,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            source.writeTo(target);
            if (target.size() != size) {
                throw new ForebayException(
                                FailureKind.FAILURE_CORRUPT,
                                "The object is not as long as the file; compare the bucket")
                        .with("expected", size)
                        .with("found", target.size());
            }
        }
    }

    /** Deletes the staged file; one that is not there is no failure. */
    public void remove(StagedKey key) {
        gate.run(key, () -> delete(key));
    }

    /**
     * Deletes the staged file if {@code permission} says so. It is asked while every open of the
     * file waits: an open that comes after the permission finds no file.
     *
     * @return whether the file is gone
     */
    public boolean evict(StagedKey key, BooleanSupplier permission) {
        boolean[] gone = new boolean[1];
        gate.run(
                key,
                () -> {
                    if (permission.getAsBoolean()) {
                        delete(key);
                        gone[0] = true;
                    }
                });
        if (!gone[0]) {
            index.refused(key);
        }
        return gone[0];
    }

    private void delete(StagedKey key) {
        Path file = layout.file(key);
        try {
            Files.deleteIfExists(file);
            index.forget(key);
        } catch (IOException e) {
            throw StorageFailures.of(e, file);
        }
    }

    /** Empty when the file is not staged. */
    public Optional<StagedStatus> stat(StagedKey key) {
        Path file = layout.file(key);
        try {
            return settings.disk().read(file);
        } catch (IOException e) {
            throw StorageFailures.of(e, file);
        }
    }

    /** Every staged file, in pages; what unfinished fills left behind is deleted. */
    public void forEachPage(int pageMax, Consumer<List<StagedKey>> consumer) {
        try {
            layout.forEachPage(pageMax, consumer);
        } catch (IOException e) {
            throw StorageFailures.of(e, directory.files());
        }
    }

    /**
     * Files of a workspace that are staged now, in no order.
     *
     * @param after as the page before said; empty at the start
     */
    public StagedPage page(long workspaceId, String after, int limit) {
        try {
            return layout.page(workspaceId, after, limit);
        } catch (IOException e) {
            throw StorageFailures.of(e, directory.files());
        }
    }

    /** Notes that a file is used: it is the last one to be evicted, and none when it is written. */
    public void opened(StagedKey key, long generation, boolean write) {
        index.opened(key, generation, write);
    }

    /** Notes that the bucket has this generation of the file. */
    public void cleaned(StagedKey key, long generation) {
        stat(key).ifPresent(status -> index.cleaned(key, generation, status.diskBytes()));
    }

    /** Notes that the control plane calls the file clean in this generation. */
    public void confirmedClean(StagedKey key, long generation) {
        stat(key).ifPresent(status -> index.confirmedClean(key, generation, status.diskBytes()));
    }

    /** All files that were opened here or found at start. */
    public List<StagedKey> keys() {
        return index.keys();
    }

    /** The files that are not known to be clean. */
    public List<StagedKey> activeKeys() {
        return index.activeKeys();
    }

    /** At most {@code max} clean files, the longest unused first, that take {@code bytes}. */
    public List<CleanFile> cleanCandidates(long bytes, int max) {
        return index.oldest(bytes, max);
    }

    /** Looks at every file that may have changed, and answers how full the area is now. */
    public Space measure() {
        for (StagedKey key : index.activeKeys()) {
            stat(key)
                    .ifPresentOrElse(
                            status -> index.measured(key, status.diskBytes()),
                            () -> index.forget(key));
        }
        return space();
    }

    /** How full the area was when it was last measured, and its disk now. */
    public Space space() {
        long used = index.usedBytes();
        long capacity = settings.capacityBytes();
        long free = Math.max(0, Math.min(capacity - used, diskFreeBytes()));
        return new Space(capacity, used, index.cleanBytes(), free, index.files());
    }

    private long diskFreeBytes() {
        try {
            return Files.getFileStore(directory.path()).getUsableSpace();
        } catch (IOException e) {
            throw StorageFailures.of(e, directory.path());
        }
    }

    @Override
    public void close() {
        directory.close();
    }
}
