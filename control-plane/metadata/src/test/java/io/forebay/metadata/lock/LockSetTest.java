package io.forebay.metadata.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.proto.FileLock;
import io.forebay.proto.LockType;
import io.forebay.schema.LockSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Random locks beside a table that says for each byte and owner what he has there. */
final class LockSetTest {
    private static final long SEED = 31;
    private static final int BYTES = 24;
    private static final int OWNERS = 4;
    private static final int ROUNDS = 20_000;
    private static final LockType NONE = LockType.LOCK_TYPE_UNLOCK;

    /** The last byte stands for all that follow. */
    private final LockType[][] table = new LockType[OWNERS][BYTES];

    private final LockSet set = new LockSet(List.of());

    @Test
    void asTheTableSays() {
        long seed = Long.getLong("forebay.seed", SEED);
        Random random = new Random(seed);
        for (LockType[] owner : table) {
            java.util.Arrays.fill(owner, NONE);
        }
        for (int round = 0; round < ROUNDS; round++) {
            FileLock wanted = random(random);
            String which = "seed " + seed + " round " + round + " " + wanted;
            assertEquals(holders(wanted), owners(set.conflicts(wanted)), which);
            assertEquals(firstHeld(wanted), firstByte(set.conflicts(wanted), wanted), which);
            if (wanted.getType() == NONE || set.conflicts(wanted).isEmpty()) {
                set.set(wanted);
                for (int i = (int) wanted.getStart(); i <= last(wanted.getEnd()); i++) {
                    table[(int) wanted.getOwner()][i] = wanted.getType();
                }
            }
            assertEquals(runs(), described(set.locks()), which);
        }
    }

    private static FileLock random(Random random) {
        int start = random.nextInt(BYTES);
        int end = start + random.nextInt(BYTES - start);
        return FileLock.newBuilder()
                .setOwner(random.nextInt(OWNERS))
                .setType(LockType.forNumber(1 + random.nextInt(3)))
                .setStart(start)
                .setEnd(end == BYTES - 1 ? Long.MAX_VALUE : end)
                .build();
    }

    private static int last(long end) {
        return (int) Math.min(end, BYTES - 1);
    }

    private List<Long> holders(FileLock wanted) {
        return IntStream.range(0, OWNERS)
                .filter(owner -> owner != wanted.getOwner())
                .filter(owner ->
                        IntStream.rangeClosed((int) wanted.getStart(), last(wanted.getEnd()))
                                .anyMatch(i -> excludes(table[owner][i], wanted.getType())))
                .mapToObj(owner -> (long) owner)
                .toList();
    }

    /** The first byte that somebody else holds, -1 for none. */
    private long firstHeld(FileLock wanted) {
        return IntStream.rangeClosed((int) wanted.getStart(), last(wanted.getEnd()))
                .filter(i ->
                        IntStream.range(0, OWNERS)
                                .filter(owner -> owner != wanted.getOwner())
                                .anyMatch(owner -> excludes(table[owner][i], wanted.getType())))
                .findFirst()
                .orElse(-1);
    }

    private static long firstByte(List<FileLock> conflicts, FileLock wanted) {
        return conflicts.isEmpty()
                ? -1
                : Math.max(conflicts.getFirst().getStart(), wanted.getStart());
    }

    private static boolean excludes(LockType held, LockType wanted) {
        return held != NONE
                && (held == LockType.LOCK_TYPE_WRITE || wanted == LockType.LOCK_TYPE_WRITE);
    }

    private static List<Long> owners(List<FileLock> locks) {
        return locks.stream().map(FileLock::getOwner).distinct().sorted().toList();
    }

    /** Each run of equal bytes of an owner. */
    private List<String> runs() {
        List<String> runs = new ArrayList<>();
        for (int owner = 0; owner < OWNERS; owner++) {
            for (int i = 0; i < BYTES; i++) {
                int start = i;
                while (i + 1 < BYTES && table[owner][i + 1] == table[owner][start]) {
                    i++;
                }
                if (table[owner][start] != NONE) {
                    runs.add(owner + " " + table[owner][start] + " " + start + " " + i);
                }
            }
        }
        return runs.stream().sorted().toList();
    }

    private static List<String> described(List<FileLock> locks) {
        return locks.stream()
                .map(lock ->
                        lock.getOwner()
                                + " "
                                + lock.getType()
                                + " "
                                + lock.getStart()
                                + " "
                                + last(lock.getEnd()))
                .sorted()
                .toList();
    }
}
