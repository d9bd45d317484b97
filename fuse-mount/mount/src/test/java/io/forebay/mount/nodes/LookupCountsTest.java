package io.forebay.mount.nodes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LookupCountsTest {
    /** What a heap of a mount's size has no room for in one array that doubles. */
    private static final int MANY = 3_000_000;

    @Test
    void anyOrderOfAddsAndForgetsIsCounted() {
        String text = System.getProperty("forebay.seed", "");
        long seed = text.isEmpty() ? 14 : Long.parseLong(text);
        Random order = new Random(seed);
        LookupCounts counts = new LookupCounts();
        Map<Long, Long> wanted = new TreeMap<>();
        for (int step = 0; step < 200_000; step++) {
            long ino = 1L + order.nextInt(step < 100_000 ? 20_000 : 50);
            long change = 1L + order.nextInt(3);
            if (order.nextBoolean() || step < 30_000) {
                counts.add(ino, change);
                wanted.merge(ino, change, Long::sum);
            } else {
                counts.forget(ino, change);
                wanted.computeIfPresent(ino, (_, count) -> count > change ? count - change : null);
            }
        }
        wanted.forEach((ino, count) -> assertEquals(count, counts.count(ino), "seed " + seed));
        assertEquals(wanted.size(), counts.size());
        assertArrayEquals(
                wanted.keySet().stream().mapToLong(Long::longValue).toArray(),
                counts.inos().sorted().toArray(),
                "seed " + seed);
        wanted.keySet().forEach(ino -> counts.forget(ino, Long.MAX_VALUE));
        assertEquals(0, counts.size());
        assertEquals(0, counts.inos().count());
    }

    @Test
    void millionsComeAndGo() {
        LookupCounts counts = new LookupCounts();
        LongStream.rangeClosed(1, MANY).forEach(ino -> counts.add(ino, 1));
        assertEquals(MANY, counts.size());
        assertEquals(MANY * (MANY + 1L) / 2, counts.inos().sum());
        assertEquals(0, counts.count(MANY + 1L));
        LongStream.rangeClosed(1, MANY).forEach(ino -> counts.forget(ino, 1));
        assertEquals(0, counts.size());
    }
}
