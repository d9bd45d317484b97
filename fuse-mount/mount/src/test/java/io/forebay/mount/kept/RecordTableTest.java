package io.forebay.mount.kept;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RecordTableTest {
    private static final int COPY_BYTES = 64;
    private static final int RECORDS = 8;
    private static final long SEED = 5;
    private static final int ROUNDS = 3_000;

    private final MemorySegment memory =
            Arena.ofAuto().allocate(RecordTable.bytes(COPY_BYTES, RECORDS), 8);

    private RecordTable table() {
        return new RecordTable(memory, COPY_BYTES, RECORDS);
    }

    private static Map<Integer, byte[]> content(RecordTable table) {
        Map<Integer, byte[]> content = new HashMap<>();
        table.forEach(content::put);
        return content;
    }

    private static byte[] random(Random random) {
        byte[] payload = new byte[1 + random.nextInt(COPY_BYTES - 12)];
        random.nextBytes(payload);
        return payload;
    }

    @Test
    void whatIsPutIsFoundAgain() {
        RecordTable table = table();
        int first = table.take();
        int second = table.take();
        table.put(first, new byte[] {1});
        table.put(second, new byte[] {2});
        table.put(second, new byte[] {3, 3});
        table.free(first);
        Map<Integer, byte[]> found = content(table());
        assertEquals(1, found.size());
        assertArrayEquals(new byte[] {3, 3}, found.get(second));
        assertEquals(first, table().take(), "a free one is used again");
    }

    @Test
    void theTableHasAnEnd() {
        RecordTable table = table();
        for (int i = 0; i < RECORDS; i++) {
            assertEquals(i, table.take());
            table.put(i, new byte[] {(byte) i});
        }
        assertEquals(-1, table.take());
        assertEquals(RECORDS, content(table).size());
        assertThrows(KeptException.class, () -> table.put(0, new byte[COPY_BYTES]));
    }

    /**
     * A process that dies while it writes a record leaves any part of the new bytes; the record is
     * then as it was before, or as it was meant to be, and the others are untouched.
     */
    @Test
    void aWriteThatIsCutLeavesOldOrNew() {
        long seed = Long.getLong("forebay.seed", SEED);
        Random random = new Random(seed);
        RecordTable table = table();
        Map<Integer, byte[]> expected = new HashMap<>();
        for (int i = 0; i < RECORDS / 2; i++) {
            expected.put(table.take(), random(random));
        }
        expected.forEach(table::put);
        for (int round = 0; round < ROUNDS; round++) {
            int number = random.nextInt(RECORDS / 2);
            byte[] next = random(random);
            byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);
            table.put(number, next);
            byte[] after = memory.toArray(ValueLayout.JAVA_BYTE);
            if (random.nextBoolean()) {
                cut(random, before, after);
                byte[] found = content(table()).get(number);
                byte[] old = expected.get(number);
                assertTrue(
                        java.util.Arrays.equals(found, old) || java.util.Arrays.equals(found, next),
                        "seed " + seed + " round " + round);
                MemorySegment.copy(after, 0, memory, ValueLayout.JAVA_BYTE, 0, after.length);
            }
            expected.put(number, next);
            Map<Integer, byte[]> all = content(table());
            expected.forEach((key, payload) -> assertArrayEquals(payload, all.get(key)));
        }
    }

    /** Some of the bytes that a write changes are the old ones. */
    private void cut(Random random, byte[] before, byte[] after) {
        for (int at = 0; at < before.length; at++) {
            if (before[at] != after[at] && random.nextInt(4) == 0) {
                memory.set(ValueLayout.JAVA_BYTE, at, before[at]);
            }
        }
    }
}
