package io.forebay.metadata.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.changes.RecentChanges;
import io.forebay.metadata.kv.MemoryStore;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

final class InodeNumbersTest {
    private static final long WORKSPACE = 1;

    /**
     * An object says by its inode's number who wrote it. One of a workspace that was lost must not
     * look as if it were of the one that is made after it over the same bucket.
     */
    @Test
    void aWorkspaceThatIsMadeLaterHasOtherNumbers() {
        long now = System.currentTimeMillis();
        long before = numbers(now).next(WORKSPACE);
        long after = numbers(now + 1_000).next(WORKSPACE);
        assertTrue(after - before >= 1_000_000, before + " and " + after);
        long inAHundredYears = numbers(now + 3_200_000_000_000L).next(WORKSPACE);
        assertEquals(inAHundredYears, (long) (double) inAHundredYears, "as JSON may have it");
    }

    @Test
    void aWorkspaceOfAClockThatIsBehindHasNumbersAsWell() {
        InodeNumbers numbers = numbers(0);
        long first = numbers.next(WORKSPACE);
        assertTrue(first > 1, "the root's is another one");
        assertEquals(first + 1, numbers.next(WORKSPACE));
    }

    private static InodeNumbers numbers(long nowMillis) {
        MemoryStore store = new MemoryStore();
        store.transact(tx -> {
            InodeNumbers.begin(tx, WORKSPACE, nowMillis);
            return true;
        });
        return new InodeNumbers(new Database(store, InstantSource.system(), new RecentChanges(1)));
    }
}
