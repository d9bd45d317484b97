package io.forebay.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random operations, restarts included, against maps that say the same in the plainest way. */
final class StagingModelTest {
    private static final int OPERATIONS = 4_000;
    private static final int INOS = 40;

    @TempDir Path temporary;

    private final Map<StagedKey, byte[]> files = new LinkedHashMap<>();
    private final LinkedHashMap<StagedKey, Long> clean = new LinkedHashMap<>();
    private final Map<StagedKey, Long> active = new LinkedHashMap<>();

    @Test
    void behavesAsTheModel() throws IOException {
        String given = System.getProperty("forebay.seed", "");
        long seed = given.isEmpty() ? 611_953 : Long.parseLong(given);
        Random random = new Random(seed);
        StagingArea area = open();
        try {
            for (int i = 0; i < OPERATIONS; i++) {
                String where = "forebay.seed=" + seed + " operation " + i;
                if (random.nextInt(400) == 0) {
                    area.close();
                    area = open();
                    adopt(area);
                }
                step(area, random, where);
                check(area, where);
            }
        } finally {
            area.close();
        }
    }

    private StagingArea open() {
        return StagingArea.open(
                new StagingSettings(
                        temporary.resolve("staging"),
                        1 << 30,
                        "boot",
                        Duration.ofSeconds(10),
                        StagingDisk.withoutHoles()));
    }

    /** What a worker does at start with verdicts that agree with the model. */
    private void adopt(StagingArea area) {
        Map<StagedKey, Long> wasClean = Map.copyOf(clean);
        Map<StagedKey, Long> wasActive = Map.copyOf(active);
        clean.clear();
        active.clear();
        List<StagedKey> listed = StagingAreaTest.list(area, 7);
        assertEquals(files.keySet(), new HashSet<>(listed));
        assertEquals(files.size(), listed.size());
        for (StagedKey key : listed) {
            Long generation = wasClean.get(key);
            if (generation != null) {
                area.opened(key, generation, false);
                area.cleaned(key, generation);
                clean.put(key, generation);
            } else {
                long written = wasActive.getOrDefault(key, 1L);
                area.opened(key, written, true);
                active.put(key, written);
            }
        }
    }

    private void step(StagingArea area, Random random, String where) throws IOException {
        StagedKey key = new StagedKey(1 + random.nextInt(2), 1 + random.nextInt(INOS) * 37L);
        switch (random.nextInt(7)) {
            case 0 -> create(area, key);
            case 1 -> fill(area, key, bytes(random));
            case 2 -> write(area, key, bytes(random));
            case 3 -> read(area, key);
            case 4 -> clean(area, key, random.nextInt(3));
            case 5 -> evict(area, key, random.nextBoolean(), where);
            default -> {
                if (random.nextInt(3) == 0) {
                    area.remove(key);
                    forget(key);
                }
            }
        }
    }

    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(3000)];
        random.nextBytes(bytes);
        return bytes;
    }

    private void create(StagingArea area, StagedKey key) {
        area.create(key);
        if (!files.containsKey(key)) {
            files.put(key, new byte[0]);
        }
        long generation = generation(key);
        area.opened(key, generation, true);
        clean.remove(key);
        active.put(key, generation);
    }

    private void fill(StagingArea area, StagedKey key, byte[] bytes) {
        area.fill(key, bytes.length, target -> target.write(ByteBuffer.wrap(bytes)));
        if (!files.containsKey(key)) {
            files.put(key, bytes);
            area.cleaned(key, 1);
            clean.put(key, 1L);
        }
    }

    /** Opens a new generation and writes past the area, as a mount does. */
    private void write(StagingArea area, StagedKey key, byte[] bytes) throws IOException {
        Optional<Path> path = area.locate(key);
        assertEquals(files.containsKey(key), path.isPresent());
        if (path.isPresent()) {
            long generation = generation(key) + 1;
            area.opened(key, generation, true);
            Files.write(path.get(), bytes);
            files.put(key, bytes);
            clean.remove(key);
            active.put(key, generation);
        }
    }

    private void read(StagingArea area, StagedKey key) {
        if (files.containsKey(key)) {
            area.opened(key, generation(key), false);
            Long generation = clean.remove(key);
            if (generation != null) {
                clean.put(key, generation);
            }
        }
    }

    private void clean(StagingArea area, StagedKey key, int behind) {
        if (files.containsKey(key)) {
            long generation = generation(key) - behind;
            area.cleaned(key, generation);
            Long written = active.get(key);
            if (written == null || written <= generation) {
                active.remove(key);
                clean.remove(key);
                clean.put(key, generation);
            }
        }
    }

    private void evict(StagingArea area, StagedKey key, boolean allowed, String where) {
        assertEquals(allowed, area.evict(key, () -> allowed), where);
        if (allowed) {
            forget(key);
        } else {
            Long generation = clean.remove(key);
            if (generation != null) {
                clean.put(key, generation);
            }
        }
    }

    private void forget(StagedKey key) {
        files.remove(key);
        clean.remove(key);
        active.remove(key);
    }

    private long generation(StagedKey key) {
        @Nullable Long known = clean.getOrDefault(key, active.get(key));
        return known == null ? 1 : known;
    }

    private void check(StagingArea area, String where) throws IOException {
        for (Map.Entry<StagedKey, byte[]> file : files.entrySet()) {
            assertEquals(
                    file.getValue().length,
                    area.stat(file.getKey()).map(StagedStatus::size).orElse(-1L),
                    where);
        }
        List<StagedKey> order =
                area.cleanCandidates(Long.MAX_VALUE, Integer.MAX_VALUE).stream()
                        .map(CleanFile::key)
                        .toList();
        assertEquals(new ArrayList<>(clean.keySet()), order, where);
        assertEquals(active.keySet(), Set.copyOf(area.activeKeys()), where);
        long used = 0;
        for (byte[] bytes : files.values()) {
            used += Math.ceilDiv(bytes.length, 512L) * 512;
        }
        Space space = area.measure();
        assertEquals(used, space.usedBytes(), where);
        assertEquals(files.size(), space.files(), where);
        assertTrue(space.cleanBytes() <= used, where);
    }
}
