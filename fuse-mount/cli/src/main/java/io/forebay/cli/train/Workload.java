package io.forebay.cli.train;

import io.forebay.cli.process.Deadline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What programs do to a mount, again and again, until the compilers have seen enough of it. */
final class Workload {
    /** Eight seconds and fifteen made starts and first creates equally fast. */
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(8);

    private static final int FILES_IN_DIRECTORY = 50;
    private static final int BLOCK_BYTES = 1 << 20;

    /** More than one part of an upload. */
    private static final int LARGE_BLOCKS = 24;

    private final Path mount;
    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);

    Workload(Path mount) {
        this.mount = mount;
    }

    /** Makes directories of small files, and one large file. */
    void files(BooleanSupplier end) throws IOException {
        writeBlocks(mount.resolve("large"), LARGE_BLOCKS, true);
        Deadline enough = Deadline.in(LONG_ENOUGH);
        for (int i = 0; !enough.passed() && !end.getAsBoolean(); i++) {
            directory(mount.resolve("directory-" + i));
        }
    }

    /** What was evicted comes back. */
    void readAll(BooleanSupplier end) throws IOException {
        for (Path file : below(mount)) {
            if (Files.isRegularFile(file) && !end.getAsBoolean()) {
                readBlocks(file);
            }
        }
    }

    private void directory(Path directory) throws IOException {
        Files.createDirectory(directory);
        for (int i = 0; i < FILES_IN_DIRECTORY; i++) {
            Path file = directory.resolve("file-" + i);
            switch (i % 5) {
                case 0 -> save(file);
                case 1 -> change(file);
                case 2 -> Files.delete(writeBlocks(file, 1, false));
                default -> Files.createFile(file);
            }
        }
        Files.createSymbolicLink(directory.resolve("link"), Path.of("file-0"));
        for (Path file : below(directory)) {
            Files.readAttributes(file, "unix:*");
        }
        Files.move(directory, directory.resolveSibling(directory.getFileName() + ".moved"));
    }

    /** As a checkpoint is saved: all of it, or nothing. */
    private void save(Path file) throws IOException {
        Path fresh = writeBlocks(file.resolveSibling(file.getFileName() + ".tmp"), 1, true);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private void change(Path file) throws IOException {
        Files.writeString(file, "one");
        Files.writeString(file, "two", StandardOpenOption.APPEND);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(1);
        }
        readBlocks(file);
    }

    private Path writeBlocks(Path file, int blocks, boolean sync) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < blocks; i++) {
                block.clear().limit(blocks == 1 ? BLOCK_BYTES / 64 : BLOCK_BYTES);
                while (block.hasRemaining()) {
                    channel.write(block);
                }
            }
            if (sync) {
                channel.force(true);
            }
        }
        return file;
    }

    private void readBlocks(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            do {
                block.clear();
            } while (channel.read(block) > 0);
        }
    }

    private static List<Path> below(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.toList();
        }
    }
}
