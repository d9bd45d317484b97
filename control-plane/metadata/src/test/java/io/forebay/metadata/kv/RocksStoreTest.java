package io.forebay.metadata.kv;

import static io.forebay.metadata.kv.KeyValueStoreContract.done;
import static io.forebay.metadata.kv.KeyValueStoreContract.number;
import static io.forebay.metadata.kv.KeyValueStoreContract.value;
import static io.forebay.metadata.kv.Tuple.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.kv.rocks.RocksStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store on RocksDB promises beyond the contract: that it survives. */
class RocksStoreTest {
    private static final int KILLS = 3;
    private static final int COMMITS_BEFORE_KILL = 400;

    @TempDir private Path directory;

    @Test
    void commitsSurviveAReopen() {
        try (KeyValueStore store = RocksStore.open(directory)) {
            store.transact(done(t -> t.add(key("n"), 5)));
            store.transact(done(t -> t.set(key("gone"), value(1))));
            store.transact(done(t -> t.clear(key("gone"))));
        }
        try (KeyValueStore store = RocksStore.open(directory)) {
            store.transact(done(t -> t.add(key("n"), 6)));
            List<KeyValue> all = store.read(t -> t.getRange(new byte[0], new byte[] {-1}, 9));
            assertEquals(1, all.size());
            assertEquals(11, number(all.getFirst().value()));
        }
    }

    @Test
    void largeRangesAreCleared() {
        try (KeyValueStore store = RocksStore.open(directory)) {
            for (int i = 0; i < 3; i++) {
                long from = 400L * i;
                store.transact(
                        done(t -> {
                            for (long n = from; n < from + 400; n++) {
                                t.set(key("q", n), value(n));
                            }
                        }));
            }
            store.transact(done(t -> t.clearRange(key("q", 10), key("q", 1_190))));
            List<KeyValue> left = store.read(t -> t.getRange(key("q"), key("r"), 2_000));
            assertEquals(20, left.size());
            assertEquals(1_190, number(left.get(10).value()));
        }
    }

    @Test
    void oneProcessOwnsIt() {
        KeyValueStore first = RocksStore.open(directory);
        StoreException refused =
                assertThrows(StoreException.class, () -> RocksStore.open(directory));
        assertEquals(StoreException.Kind.UNAVAILABLE, refused.kind());
        assertTrue(
                String.valueOf(refused.getMessage()).contains("another control plane has it open"));
        first.close();
        RocksStore.open(directory).close();
    }

    @Test
    void anUnusableDirectoryIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "no directory");
        StoreException refused = assertThrows(StoreException.class, () -> RocksStore.open(file));
        assertEquals(StoreException.Kind.UNAVAILABLE, refused.kind());
        assertTrue(String.valueOf(refused.getMessage()).contains(file.toString()));
    }

    @Test
    void damagedFilesAreRefused() throws IOException {
        RocksStore.open(directory).close();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().contains("MANIFEST")).toList()) {
                Files.writeString(file, "x".repeat(500));
            }
        }
        assertCorrupt();
    }

    @Test
    void aMissingManifestIsRefused() throws IOException {
        RocksStore.open(directory).close();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().contains("MANIFEST")).toList()) {
                Files.delete(file);
            }
        }
        assertCorrupt();
    }

    @Test
    void dataWithoutItsRootIsNotOverwritten() throws IOException {
        try (KeyValueStore store = RocksStore.open(directory)) {
            store.transact(done(t -> t.set(key("a"), value(1))));
        }
        Files.delete(directory.resolve("CURRENT"));
        assertCorrupt();
    }

    @Test
    void whatWasAcknowledgedSurvivesAKill() throws Exception {
        long acknowledged = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            acknowledged = Math.max(acknowledged, commitUntilKilled());
            try (KeyValueStore store = RocksStore.open(directory)) {
                byte @Nullable [] found = store.read(t -> t.get(key("count")));
                long count = number(found);
                assertTrue(count >= acknowledged, count + " is below " + acknowledged);
                // A transaction is there as a whole.
                List<KeyValue> last =
                        store.read(t -> t.getRange(key("c"), key("c", Long.MAX_VALUE), 1, true));
                assertEquals(count, Tuple.unpack(last.getFirst().key()).number(1));
                acknowledged = count;
            }
        }
    }

    private void assertCorrupt() {
        StoreException refused =
                assertThrows(StoreException.class, () -> RocksStore.open(directory));
        assertEquals(StoreException.Kind.CORRUPT, refused.kind());
        assertTrue(String.valueOf(refused.getMessage()).contains("restore a backup"));
    }

    private long commitUntilKilled() throws Exception {
        Process child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Committer.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        long last = 0;
        try (BufferedReader out = child.inputReader(StandardCharsets.US_ASCII)) {
            for (int i = 0; i < COMMITS_BEFORE_KILL; i++) {
                last = parse(out.readLine());
            }
            child.toHandle().destroyForcibly(); // unlike the process's own, leaves the pipe open
            // What it still said before its end counts as well; a torn last line does not.
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line.endsWith(".") ? parse(line) : last;
            }
        } finally {
            child.destroyForcibly();
            assertTrue(child.waitFor(30, TimeUnit.SECONDS));
        }
        return last;
    }

    private static long parse(@Nullable String line) {
        if (line == null) {
            throw new AssertionError("the child ended by itself");
        }
        return Long.parseLong(line.substring(0, line.length() - 1));
    }

    /** The process to kill: it commits and says each number once its commit has returned. */
    static final class Committer {
        private Committer() {}

        public static void main(String[] arguments) {
            try (KeyValueStore store = RocksStore.open(Path.of(arguments[0]))) {
                for (int i = 0; i < 1_000_000; i++) {
                    long count =
                            store.transact(t -> {
                                byte @Nullable [] old = t.get(key("count"));
                                long next = old == null ? 1 : number(old) + 1;
                                t.set(key("count"), value(next));
                                t.set(key("c", next), value(next));
                                t.clear(key("c", next - 1));
                                return next;
                            });
                    System.out.println(count + ".");
                }
            }
        }
    }
}
