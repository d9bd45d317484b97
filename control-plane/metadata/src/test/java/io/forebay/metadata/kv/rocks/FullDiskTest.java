package io.forebay.metadata.kv.rocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.kv.KeyValueStore;
import io.forebay.metadata.kv.StoreException;
import io.forebay.metadata.kv.Tuple;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Invariant I9 on a full disk: commits are refused, none is lost, and it heals by itself. */
final class FullDiskTest {
    private static final int DISK_MIB = 144;

    /** RocksDB writes a table of 32 MiB before it goes on. */
    private static final int BALLAST_MIB = 72;

    /** A commit is a MiB. */
    private static final int VALUES = 16;

    private static final int VALUE_BYTES = 64 << 10;

    /** RocksDB looks for room every 5 s. */
    private static final long HEAL_MILLIS_MAX = 60_000;

    private static final long STEP_MILLIS = 100;

    private final Random random = new Random(5);

    @TempDir private Path directory;

    private Path ballast = Path.of("");
    private int commits;

    @BeforeEach
    void aSmallDisk() throws Exception {
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MIB + "m", "none");
        if (!mounted) {
            System.out.println("SKIPPED: mounting a small disk needs root");
        }
        Assumptions.assumeTrue(mounted, "mounting a small disk needs root");
        ballast = directory.resolve("ballast");
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", "-l");
    }

    @Test
    void itRefusesLosesNothingAndHeals() throws Exception {
        fill(BALLAST_MIB);
        Path files = directory.resolve("store");
        try (KeyValueStore store = RocksStore.open(files)) {
            StoreException refused =
                    assertThrows(StoreException.class, () -> commitUpTo(store, DISK_MIB));
            assertEquals(StoreException.Kind.NO_SPACE, refused.kind());
            assertTrue(String.valueOf(refused.getMessage()).contains("free some"));
            assertComplete(store);
            Files.delete(ballast);
            heal(store);
            assertComplete(store);
        }
        fill(DISK_MIB); // all that is left
        StoreException refused = assertThrows(StoreException.class, () -> RocksStore.open(files));
        assertEquals(StoreException.Kind.NO_SPACE, refused.kind(), refused::toString);
        Files.delete(ballast);
        try (KeyValueStore store = RocksStore.open(files)) {
            assertComplete(store);
            commitUpTo(store, commits + 1);
        }
    }

    private void commitUpTo(KeyValueStore store, int count) {
        byte[][] values = new byte[VALUES][VALUE_BYTES];
        while (commits < count) {
            for (byte[] value : values) {
                random.nextBytes(value);
            }
            store.transact(t -> {
                for (int i = 0; i < VALUES; i++) {
                    t.set(Tuple.key("n", commits, i), values[i]);
                }
                return true;
            });
            commits++;
        }
    }

    private void heal(KeyValueStore store) throws InterruptedException {
        int before = commits;
        for (long waited = 0; commits == before; waited += STEP_MILLIS) {
            assertTrue(waited < HEAL_MILLIS_MAX, "still full");
            try {
                commitUpTo(store, before + 1);
            } catch (StoreException stillFull) {
                assertEquals(StoreException.Kind.NO_SPACE, stillFull.kind());
                Thread.sleep(STEP_MILLIS);
            }
        }
    }

    private void assertComplete(KeyValueStore store) {
        for (int i = 0; i < commits; i++) {
            int number = i;
            boolean found = store.read(t -> t.get(Tuple.key("n", number, VALUES - 1)) != null);
            assertTrue(found, "commit " + i);
        }
    }

    /** As much of it as there is room for. */
    private void fill(int mebibytes) throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            for (long i = 0; i < mebibytes * 256L; i++) {
                out.write(block);
            }
        } catch (IOException full) {
            assertTrue(String.valueOf(full.getMessage()).contains("No space"), full::toString);
        }
    }

    private boolean run(String... command) throws Exception {
        String[] all = Arrays.copyOf(command, command.length + 1);
        all[command.length] = directory.toString();
        Process process =
                new ProcessBuilder(all)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
