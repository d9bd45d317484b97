package io.forebay.metadata.changes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.WatchPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RecentChangesTest {
    private static final int COMMITS_MAX = 8;

    private final RecentChanges log = new RecentChanges(7, COMMITS_MAX);

    @Test
    void whoGoesOnWhereHeStoppedGetsEachChange() throws Exception {
        WatchPosition at = log.end();
        List<Long> seen = new ArrayList<>();
        for (long mount = 1; mount <= 100; mount++) {
            append(mount);
            if (mount % 3 == 0) {
                ChangeLog.Page page = log.read(Optional.of(at), 2, 0);
                assertFalse(page.missed());
                page.commits().forEach(commit -> seen.add(commit.mountId()));
                page = log.read(Optional.of(page.position()), 100, 0);
                page.commits().forEach(commit -> seen.add(commit.mountId()));
                at = page.position();
            }
        }
        for (long mount = 1; mount <= 99; mount++) {
            assertEquals(mount, seen.get((int) mount - 1));
        }
        assertEquals(99, seen.size());
    }

    @Test
    void whoComesTooLateIsTold() throws Exception {
        WatchPosition at = log.end();
        for (long mount = 1; mount <= COMMITS_MAX; mount++) {
            append(mount);
        }
        assertEquals(COMMITS_MAX, log.read(Optional.of(at), 100, 0).commits().size());
        append(9);
        ChangeLog.Page late = log.read(Optional.of(at), 100, 0);
        assertTrue(late.missed());
        assertEquals(log.end(), late.position());
        assertFalse(log.read(Optional.of(late.position()), 100, 0).missed());
    }

    @Test
    void anotherProcessKnowsNothingOfOurPositions() throws Exception {
        append(1);
        WatchPosition theirs = new RecentChanges(6, COMMITS_MAX).end();
        assertTrue(log.read(Optional.of(theirs), 100, 0).missed());
        assertTrue(log.read(Optional.empty(), 100, 0).missed());
        WatchPosition future = log.end().toBuilder().setSequence(50).build();
        assertTrue(log.read(Optional.of(future), 100, 0).missed());
    }

    @Test
    void aReaderWaitsForTheNextChange() throws Exception {
        WatchPosition at = log.end();
        assertTrue(log.read(Optional.of(at), 100, 1).commits().isEmpty());
        Thread writer = Thread.ofVirtual().start(() -> append(5));
        ChangeLog.Page page = log.read(Optional.of(at), 100, 30_000);
        assertEquals(5, page.commits().getFirst().mountId());
        writer.join();
    }

    private void append(long mount) {
        log.append(new ChangeLog.Committed(1, mount, List.of()));
    }
}
