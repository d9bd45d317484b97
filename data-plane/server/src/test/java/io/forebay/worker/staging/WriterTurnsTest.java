package io.forebay.worker.staging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.store.StagedKey;
import org.junit.jupiter.api.Test;

/** Who may bring late what it wrote. */
final class WriterTurnsTest {
    private static final StagedKey KEY = new StagedKey(1, 7);
    private static final long STARTED = 1_000;
    private static final long MINE = 1;
    private static final long AGAIN = 2; // the same mount, after its lease was lost
    private static final long OTHERS = 3;

    private final WriterTurns turns = new WriterTurns(STARTED);

    @Test
    void whoComesBackHasTheSameNumber() {
        long number = turns.write(KEY, MINE, 0);
        assertTrue(number != 0);
        assertEquals(number, turns.write(KEY, MINE, number));
        assertEquals(number, turns.write(KEY, AGAIN, number));
        assertEquals(number, turns.write(KEY, AGAIN, 0)); // a second open of the same mount
    }

    @Test
    void whoComesBackAfterAnotherWriterHasAnotherOne() {
        long number = turns.write(KEY, MINE, 0);
        long others = turns.write(KEY, OTHERS, 0);
        assertNotEquals(number, others);
        long back = turns.write(KEY, MINE, number);
        assertNotEquals(number, back);
        assertNotEquals(others, back);
        assertEquals(back, turns.write(KEY, MINE, number), "nor at its next try");
        assertNotEquals(others, turns.write(KEY, OTHERS, others));
    }

    @Test
    void aWorkerThatStartsAgainBelievesTheFirst() {
        long number = turns.write(KEY, MINE, 0);
        WriterTurns next = new WriterTurns(STARTED + 1);
        assertEquals(number, next.write(KEY, AGAIN, number));
        assertNotEquals(number, next.write(KEY, OTHERS, 0));
        assertNotEquals(number, next.write(KEY, AGAIN, number));
        WriterTurns other = new WriterTurns(STARTED + 1);
        other.write(KEY, OTHERS, 0);
        assertNotEquals(number, other.write(KEY, MINE, number));
    }

    @Test
    void whatIsForgottenIsNotBelieved() {
        long number = turns.write(KEY, MINE, 0);
        for (int i = 0; i < WriterTurns.FILES_MAX; i++) {
            turns.write(new StagedKey(2, i), OTHERS, 0);
        }
        assertNotEquals(number, turns.write(KEY, MINE, number));
    }
}
