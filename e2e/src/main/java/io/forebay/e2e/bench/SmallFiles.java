package io.forebay.e2e.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Many small files, one thread; each method's answer is operations a second. */
final class SmallFiles {
    private static final int SAVES = 40;
    private static final int STAT_PASSES = 10;
    private static final int LIST_PASSES = 10;

    private final Path directory;
    private final List<Path> names;
    private final List<Path> renamed;

    /** In a directory of their own, which is made. */
    static SmallFiles in(Path directory, int count) throws IOException {
        return new SmallFiles(Files.createDirectory(directory), count);
    }

    private SmallFiles(Path directory, int count) {
        this.directory = directory;
        this.names = names(directory, "file-", count);
        this.renamed = names(directory, "renamed-", count);
    }

    private static List<Path> names(Path directory, String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> directory.resolve(prefix + i)).toList();
    }

    /** As mdtest: open with O_CREAT and O_EXCL, close. */
    double create() throws IOException {
        long start = System.nanoTime();
        for (Path file : names) {
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE).close();
        }
        return rate(names.size(), start);
    }

    double stat() throws IOException {
        passOverNames();
        long start = System.nanoTime();
        for (int pass = 0; pass < STAT_PASSES; pass++) {
            passOverNames();
        }
        return rate((long) names.size() * STAT_PASSES, start);
    }

    private void passOverNames() throws IOException {
        for (Path file : names) {
            if (Files.readAttributes(file, "size").isEmpty()) {
                throw new IOException(file + " has no size");
            }
        }
    }

    /** As {@code find -ls}: reads the directory, and asks for the attributes of each entry. */
    double list() throws IOException {
        passOverEntries();
        long start = System.nanoTime();
        for (int pass = 0; pass < LIST_PASSES; pass++) {
            passOverEntries();
        }
        return rate((long) names.size() * LIST_PASSES, start);
    }

    private void passOverEntries() throws IOException {
        try (Stream<Path> files =
                Files.find(directory, 1, (_, attributes) -> attributes.isRegularFile())) {
            if (files.count() != names.size()) {
                throw new IOException("not all files are listed of " + directory);
            }
        }
    }

    double rename() throws IOException {
        long start = System.nanoTime();
        for (int i = 0; i < names.size(); i++) {
            Files.move(names.get(i), renamed.get(i), StandardCopyOption.ATOMIC_MOVE);
        }
        return rate(names.size(), start);
    }

    double unlink() throws IOException {
        long start = System.nanoTime();
        for (Path file : renamed) {
            Files.delete(file);
        }
        return rate(renamed.size(), start);
    }

    /** What a careful program does: write beside, fsync, rename over. */
    double save() throws IOException {
        ByteBuffer content = ByteBuffer.allocateDirect(1 << 20);
        Path fresh = directory.resolve("saved.new");
        Path saved = directory.resolve("saved");
        long start = System.nanoTime();
        for (int i = 0; i < SAVES; i++) {
            try (FileChannel channel =
                    FileChannel.open(
                            fresh,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                content.clear();
                while (content.hasRemaining()) {
                    channel.write(content);
                }
                channel.force(true);
            }
            Files.move(fresh, saved, StandardCopyOption.ATOMIC_MOVE);
        }
        double rate = rate(SAVES, start);
        Files.delete(saved);
        return rate;
    }

    private static double rate(long count, long start) {
        return count * 1e9 / (System.nanoTime() - start);
    }
}
