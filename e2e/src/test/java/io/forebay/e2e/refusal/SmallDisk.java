package io.forebay.e2e.refusal;

import io.forebay.e2e.system.Command;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/** A file system of its own, in memory, that a test can fill. Needs root. */
record SmallDisk(Path directory) implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int BLOCK_BYTES = 4096;

    static SmallDisk mount(Path directory, int mebibytes) throws IOException {
        Files.createDirectories(directory);
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "none", directory.toString());
        return new SmallDisk(directory);
    }

    /** Takes all room but for some, until {@link #free}; each time more of it. */
    void fill(long leftBytes) throws IOException {
        byte[] block = new byte[BLOCK_BYTES];
        try (OutputStream out =
                Files.newOutputStream(
                        ballast(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (leftBytes == 0 || Files.getFileStore(directory).getUsableSpace() > leftBytes) {
                out.write(block);
            }
        } catch (IOException full) {
            Assertions.assertTrue(
                    String.valueOf(full.getMessage()).contains("No space left"), full::toString);
        }
    }

    void free() throws IOException {
        Files.delete(ballast());
    }

    @Override
    public void close() {
        run("umount", "-l", directory.toString());
    }

    private Path ballast() {
        return directory.resolve("ballast");
    }

    private static void run(String... words) {
        Command.Outcome outcome = new Command(List.of(words), Map.of(), LIMIT).run();
        Assertions.assertEquals(0, outcome.status(), outcome::all);
    }
}
