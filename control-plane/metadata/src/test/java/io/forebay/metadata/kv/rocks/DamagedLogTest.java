package io.forebay.metadata.kv.rocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.kv.KeyValueStore;
import io.forebay.metadata.kv.StoreException;
import io.forebay.metadata.kv.Tuple;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Invariant I1 below the store: a damaged log is refused, a torn one loses what was being written
 * when the machine died, and nothing else.
 */
final class DamagedLogTest {
    private static final long SEED = 11;
    private static final int COMMITS = 12;

    /** Larger than a block, so that commits are cut; with the rest, some twelve blocks. */
    private static final int LARGE_BYTES = 40_000;

    private static final int FLIPS = 16;

    private final Random random = new Random(Long.getLong("forebay.seed", SEED));

    @TempDir private Path directory;

    private Path store = Path.of("");
    private Path log = Path.of("");

    @BeforeEach
    void aStoreOfCommits() {
        store = directory.resolve("store");
    }

    @Test
    void eachFlippedBitIsFound() throws IOException {
        commit(40);
        byte[] whole = Files.readAllBytes(log);
        int last = whole.length - 1;
        int unseen = 0;
        for (int bit = 0; bit < whole.length * 8; bit++) {
            Files.write(log, flipped(whole, bit));
            if (WriteAheadLog.isWithoutHoles(log)) {
                // Only in the last record, which RocksDB looks at itself.
                assertTrue(last - bit / 8 < 200, "bit " + bit + " of " + whole.length + " bytes");
                unseen++;
                if (random.nextInt(32) == 0) {
                    assertEquals(OptionalInt.empty(), commitsFound(), "bit " + bit);
                }
            }
        }
        assertTrue(unseen > 0 && unseen < 200 * 8, "unseen " + unseen);
    }

    @Test
    void aFlippedBitDropsNoCommit() throws IOException {
        commit(LARGE_BYTES);
        byte[] whole = Files.readAllBytes(log);
        assertTrue(whole.length > 4 * WriteAheadLog.BLOCK_BYTES);
        int refused = 0;
        for (int i = 0; i < FLIPS; i++) {
            int bit = random.nextInt(whole.length * 8);
            Files.write(log, flipped(whole, bit));
            OptionalInt found = commitsFound();
            assertTrue(found.isEmpty() || found.getAsInt() == COMMITS, "bit " + bit + " " + found);
            refused += found.isEmpty() ? 1 : 0;
        }
        assertTrue(refused > FLIPS / 2, "refused " + refused);
    }

    @Test
    void aTornTailLosesOnlyWhatWasBeingWritten() throws IOException {
        commit(LARGE_BYTES);
        byte[] whole = Files.readAllBytes(log);
        int before = 0;
        for (int cut = 0; cut < whole.length; cut += 1 + random.nextInt(whole.length / 8)) {
            Files.write(log, Arrays.copyOf(whole, cut));
            int found = commitsFound().orElseThrow();
            assertTrue(found >= before && found < COMMITS, found + " after " + before);
            before = found;
        }
        assertTrue(before >= COMMITS / 2, "the last cut left " + before);
        Files.write(log, Arrays.copyOf(whole, whole.length + 5_000)); // what was reserved
        assertEquals(OptionalInt.of(COMMITS), commitsFound());
    }

    @Test
    void whatFollowsATearIsDamage() throws IOException {
        commit(LARGE_BYTES);
        byte[] whole = Files.readAllBytes(log);
        Arrays.fill(whole, 50_000, 60_000, (byte) 0);
        Files.write(log, whole);
        assertFalse(WriteAheadLog.isWithoutHoles(log));
        assertEquals(OptionalInt.empty(), commitsFound());
    }

    private void commit(int bytesMax) throws IOException {
        try (KeyValueStore fresh = RocksStore.open(store)) {
            for (int i = 0; i < COMMITS; i++) {
                byte[] value = new byte[1 + random.nextInt(bytesMax)];
                random.nextBytes(value);
                int number = i;
                fresh.transact(t -> {
                    t.set(Tuple.key("n", number), value);
                    return true;
                });
            }
        }
        log =
                list(store).stream()
                        .filter(file -> file.toString().endsWith(".log"))
                        .findFirst()
                        .orElseThrow();
    }

    /** How many of the commits a copy of the store has, in their order; empty: it is refused. */
    private OptionalInt commitsFound() throws IOException {
        Path copy = Files.createTempDirectory(directory, "copy");
        for (Path file : list(store)) {
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        try (KeyValueStore opened = RocksStore.open(copy)) {
            int count = 0;
            while (has(opened, count)) {
                count++;
            }
            for (int i = count; i < COMMITS; i++) {
                assertFalse(has(opened, i), "commit " + i + " without " + count);
            }
            return OptionalInt.of(count);
        } catch (StoreException refused) {
            assertEquals(StoreException.Kind.CORRUPT, refused.kind(), refused::toString);
            assertTrue(String.valueOf(refused.getMessage()).contains("restore a backup"));
            return OptionalInt.empty();
        }
    }

    private static boolean has(KeyValueStore opened, int number) {
        return opened.read(t -> t.get(Tuple.key("n", number)) != null);
    }

    private static byte[] flipped(byte[] whole, int bit) {
        byte[] damaged = whole.clone();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        return damaged;
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
