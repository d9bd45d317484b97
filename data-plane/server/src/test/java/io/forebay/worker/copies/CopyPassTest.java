package io.forebay.worker.copies;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.transport.posix.NativeFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to a file and its copy between two passes, both are the same after one. */
class CopyPassTest {
    private static final int CHUNK = Digests.CHUNK_BYTES;

    @TempDir Path directory;

    private Path source = Path.of("");
    private Path target = Path.of("");

    @BeforeEach
    void files() throws IOException {
        source = Files.createFile(directory.resolve("source"));
        target = Files.createFile(directory.resolve("target"));
    }

    @Test
    void onlyWhatChangedIsSentAgain() throws IOException {
        write(0, random(1, 3 * CHUNK + 100));
        Digests first = pass(none(), 3 * CHUNK + 100);
        Digests second = pass(first, 0);
        write(CHUNK + 7, new byte[] {1, 2, 3});
        Digests third = pass(second, CHUNK);
        write(3 * CHUNK + 100, random(2, 50));
        pass(third, 150);
    }

    @Test
    void aCopyThatSomebodyElseChangedIsSentAsAWhole() throws IOException {
        write(0, random(1, 2 * CHUNK));
        Digests first = pass(none(), 2 * CHUNK);
        try (RandomAccessFile file = new RandomAccessFile(target.toFile(), "rw")) {
            file.seek(CHUNK);
            file.write(new byte[] {9});
        }
        pass(first, 2 * CHUNK);
    }

    @Test
    void aCopyThatWasReplacedIsSentAsAWhole() throws IOException {
        write(0, random(1, CHUNK));
        Digests first = pass(none(), CHUNK);
        byte[] same = Files.readAllBytes(target);
        Files.delete(target);
        Files.write(target, same);
        pass(first, CHUNK);
    }

    @Test
    void aShorterFileCutsTheCopy() throws IOException {
        write(0, random(1, 2 * CHUNK + 5));
        Digests first = pass(none(), 2 * CHUNK + 5);
        cut(CHUNK - 1);
        Digests second = pass(first, CHUNK - 1);
        cut(0);
        pass(second, 0);
        assertEquals(0, Files.size(target));
    }

    @Test
    void whatAnEarlierFileLeftIsOverwrittenAlsoByHoles() throws IOException {
        Files.write(target, random(3, 4 * CHUNK));
        cut(3 * CHUNK + 9);
        write(CHUNK, random(4, 10));
        run(none());
        assertSame();
        assertTrue(blocks(target) < 3 * CHUNK / 512, "the holes are holes there as well");
    }

    @Test
    void largeHolesAreNotRead() throws IOException {
        cut(64L << 30);
        write((32L << 30) + 5, random(5, 10));
        Ended ended = run(none());
        assertEquals(CHUNK, ended.sent());
        assertEquals(64L << 30, Files.size(target));
        assertTrue(blocks(target) <= 2L * CHUNK / 512);
    }

    @Test
    void randomChangesOfBoth() throws IOException {
        long seed = Long.getLong("forebay.seed", System.nanoTime());
        Random random = new Random(seed);
        Digests known = none();
        for (int round = 0; round < 60; round++) {
            change(random);
            if (random.nextInt(8) == 0) {
                Files.write(target, random(random.nextInt(), random.nextInt(3 * CHUNK)));
            }
            if (random.nextInt(8) == 0) {
                known = none();
            }
            known = run(known).digests();
            assertArrayEquals(
                    Files.readAllBytes(source), Files.readAllBytes(target), "seed " + seed);
        }
    }

    private void change(Random random) throws IOException {
        switch (random.nextInt(4)) {
            case 0 -> cut(random.nextInt(4 * CHUNK));
            case 1 -> write(random.nextInt(3 * CHUNK), new byte[random.nextInt(CHUNK)]);
            default ->
                    write(
                            random.nextInt(3 * CHUNK),
                            random(random.nextInt(), random.nextInt(CHUNK)));
        }
    }

    private record Ended(Digests digests, long sent) {}

    private Digests pass(Digests known, long sent) throws IOException {
        Ended ended = run(known);
        assertSame();
        assertEquals(sent, ended.sent());
        return ended.digests();
    }

    private Ended run(Digests known) {
        try (NativeFile from = open(source, NativeFile.O_RDONLY);
                NativeFile to = open(target, NativeFile.O_RDWR)) {
            CopyPass pass = new CopyPass(from, to, known);
            return new Ended(pass.run(), pass.sentBytes());
        }
    }

    private Digests none() {
        try (NativeFile to = open(target, NativeFile.O_RDONLY)) {
            return Digests.none(to.stat());
        }
    }

    private void assertSame() throws IOException {
        assertArrayEquals(Files.readAllBytes(source), Files.readAllBytes(target));
    }

    private long blocks(Path file) {
        try (NativeFile open = open(file, NativeFile.O_RDONLY)) {
            return open.stat().blocks();
        }
    }

    private static NativeFile open(Path path, int flags) {
        return NativeFile.open(path, flags, 0);
    }

    private void write(long offset, byte[] bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
            file.seek(offset);
            file.write(bytes);
        }
    }

    private void cut(long size) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
            file.setLength(size);
        }
    }

    private static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
