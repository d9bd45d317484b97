package io.forebay.persist.flush;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.persist.FaultyObjectStore;
import io.forebay.persist.InMemoryObjectStore;
import io.forebay.persist.ObjectRef;
import io.forebay.proto.PublishOutcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * I2: whatever requests and answers are lost, an object is always one generation of its file, and
 * in the end the newest. Files change while they are uploaded, as in the real system only after the
 * control plane knows of the new generation.
 */
final class RandomFaultsTest {
    private static final long FILES = 12;
    private static final int CHANGES = 120;
    private static final int LARGE_BYTES = 9 << 20;

    @TempDir Path directory;

    @Test
    void anObjectIsAlwaysOneGenerationOfItsFile() throws InterruptedException {
        String given = System.getProperty("forebay.seed", "");
        long seed = given.isEmpty() ? 20_261_127 : Long.parseLong(given);
        Random random = new Random(seed);
        InMemoryObjectStore bucket = new InMemoryObjectStore();
        FaultyObjectStore faulty = new FaultyObjectStore(bucket, seed);
        FakeStaged staged = new FakeStaged(directory);
        FakeControl control = new FakeControl();
        Set<Integer> contents = new HashSet<>();
        FlushSettings settings =
                new FlushSettings(
                        8,
                        3,
                        Duration.ofMillis(50),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        InstantSource.system(),
                        Thread.ofPlatform().daemon().factory());
        faulty.fail(0.15, 0.15);
        try (FlushEngine engine =
                new FlushEngine(control, staged, faulty, FlushListener.none(), settings)) {
            engine.start();
            for (int generation = 1; generation <= CHANGES; generation++) {
                long ino = 1 + random.nextLong(FILES);
                int size = ino == 1 ? LARGE_BYTES + random.nextInt(9999) : random.nextInt(50_000);
                byte[] bytes = new byte[size];
                random.nextBytes(bytes);
                contents.add(Arrays.hashCode(bytes));
                control.newGeneration(FakeControl.upload(ino, generation, size));
                staged.write(ino, bytes);
                control.enqueue(FakeControl.upload(ino, generation, size));
                if (random.nextInt(4) == 0) {
                    Thread.sleep(random.nextInt(10));
                }
            }
            faulty.fail(0, 0);
            control.await(() ->
                    LongStream.rangeClosed(1, FILES)
                            .allMatch(ino -> !staged.has(ino) || control.isClean(ino)));
        }
        String replay = "replay with -Dforebay.seed=" + seed;
        for (long ino = 1; ino <= FILES; ino++) {
            if (staged.has(ino)) {
                ObjectRef object = ObjectRef.of(FakeControl.LOCATION, "file-" + ino);
                assertArrayEquals(staged.read(ino), bucket.bytes(object).orElseThrow(), replay);
            }
        }
        for (InMemoryObjectStore.Version version : bucket.history()) {
            assertTrue(contents.contains(Arrays.hashCode(version.bytes().orElseThrow())), replay);
        }
        assertTrue(control.outcomes.stream().noneMatch(PublishOutcome::getConflict), replay);
    }
}
