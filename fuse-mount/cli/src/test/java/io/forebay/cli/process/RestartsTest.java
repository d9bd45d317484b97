package io.forebay.cli.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RestartsTest {
    private static final Duration FIRST = Duration.ofMillis(200);

    @Test
    void tenInARowAreEnoughAndTheRestsGrow() {
        Restarts restarts = new Restarts(Duration.ofDays(1));
        Duration before = Duration.ZERO;
        for (int i = 0; i < 10; i++) {
            assertTrue(restarts.another());
            assertTrue(restarts.backOff().compareTo(before) >= 0);
            before = restarts.backOff();
        }
        assertEquals(Duration.ofSeconds(10), before);
        assertFalse(restarts.another());
    }

    @Test
    void aProcessThatRecoveredStartsTheCountAnew() {
        Restarts restarts = new Restarts(Duration.ZERO);
        for (int i = 0; i < 100; i++) {
            assertTrue(restarts.another());
            assertEquals(FIRST, restarts.backOff());
        }
    }
}
