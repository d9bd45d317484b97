package io.forebay.store;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The directory itself: that it is ours, of a format that we know, and used by one process.
 *
 * @param id made with it: another directory has another one
 * @param rebooted whether the machine was started anew since the directory was last used
 */
record StagingDirectory(Path path, FileChannel lock, String id, boolean rebooted)
        implements AutoCloseable {
    private static final String FORMAT = "forebay-staging 1";
    private static final String FORMAT_FILE = "format";
    private static final String ID_FILE = "id";
    private static final String BOOT_FILE = "boot";
    private static final String LOCK_FILE = "lock";
    private static final String FILES = "files";

    /** What a directory may hold that nobody has used for staging yet. */
    private static final Set<String> HARMLESS =
            Set.of("lost+found", LOCK_FILE, FORMAT_FILE + ".new");

    static StagingDirectory open(Path given, String bootId) {
        Path path = given.toAbsolutePath();
        try {
            make(path);
            refuseForeign(path);
            FileChannel lock = lock(path);
            try {
                Path files = path.resolve(FILES);
                if (Files.exists(files) && !Files.isDirectory(files)) {
                    throw corrupt(path, "'files' is not a directory");
                }
                Files.createDirectories(files);
                write(path, FORMAT_FILE, FORMAT);
                if (read(path, ID_FILE).isEmpty()) {
                    write(path, ID_FILE, UUID.randomUUID().toString());
                }
                boolean rebooted = !read(path, BOOT_FILE).equals(bootId);
                return new StagingDirectory(path, lock, read(path, ID_FILE), rebooted);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw StorageFailures.of(e, path);
        }
    }

    private static void make(Path path) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID, "The staging directory is not a directory")
                    .with("path", path);
        }
        if (!Files.exists(path)) {
            Files.createDirectories(
                    path,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    private static void refuseForeign(Path path) throws IOException {
        if (Files.exists(path.resolve(FORMAT_FILE))) {
            String format = read(path, FORMAT_FILE);
            if (!format.equals(FORMAT)) {
                throw unknownFormat(path, format);
            }
            return;
        }
        try (Stream<Path> entries = Files.list(path)) {
            entries.filter(entry -> !HARMLESS.contains(entry.getFileName().toString()))
                    .findFirst()
                    .ifPresent(entry -> {
                        throw foreign(path, entry);
                    });
        }
    }

    private static ForebayException unknownFormat(Path path, String format) {
        if (format.startsWith("forebay-staging ")) {
            return new ForebayException(
                            FailureKind.FAILURE_UNSUPPORTED,
                            "Another version of Forebay wrote the staging directory; run that one")
                    .with("path", path)
                    .with("format", format);
        }
        return corrupt(path, "the file 'format' is not readable");
    }

    private static ForebayException foreign(Path path, Path entry) {
        return new ForebayException(
                        FailureKind.FAILURE_INVALID,
                        "The staging directory holds files of something else; choose an empty one")
                .with("path", path)
                .with("holds", entry.getFileName());
    }

    private static ForebayException corrupt(Path path, String what) {
        return new ForebayException(
                        FailureKind.FAILURE_CORRUPT,
                        "The staging directory is damaged; repair it, or choose an empty one (what"
                                + " was not uploaded stays in the old one)")
                .with("path", path)
                .with("damage", what);
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path.resolve(LOCK_FILE), CREATE, WRITE);
        if (!held(channel)) {
            channel.close();
            throw new ForebayException(
                            FailureKind.FAILURE_BUSY,
                            "Another worker uses the staging directory; give each its own")
                    .with("path", path);
        }
        return channel;
    }

    private static boolean held(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // this very process has it
        }
    }

    Path files() {
        return path.resolve(FILES);
    }

    /** From now on files of this boot are trusted. */
    void recovered(String bootId) {
        try {
            write(path, BOOT_FILE, bootId);
        } catch (IOException e) {
            throw StorageFailures.of(e, path);
        }
    }

    private static String read(Path path, String name) throws IOException {
        Path file = path.resolve(name);
        return Files.exists(file) ? Files.readString(file).strip() : "";
    }

    private static void write(Path path, String name, String content) throws IOException {
        if (read(path, name).equals(content)) {
            return;
        }
        Path fresh = path.resolve(name + ".new");
        Files.writeString(fresh, content + "\n", CREATE, TRUNCATE_EXISTING, WRITE, SYNC);
        Files.move(fresh, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw StorageFailures.of(e, path);
        }
    }
}
