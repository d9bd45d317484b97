package io.forebay.e2e.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.chaos.site.Bucket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A judge that finds nothing is worth nothing: here it has something to find. */
final class LedgerTest {
    private static final String KEY = "file";
    private static final String FIRST = new Content(1, 10).digest();
    private static final String SECOND = new Content(2, 10).digest();

    private final Ledger ledger = new Ledger();

    @Test
    void theBucketMaySkipAndRepeatVersions() {
        holds(FIRST);
        holds(SECOND);
        ledger.observe(KEY, SECOND);
        ledger.observe(KEY, SECOND);
        ledger.requireNoLoss();
        assertEquals(2, ledger.observations());
    }

    @Test
    void theBucketMustNotGoBack() {
        holds(FIRST);
        holds(SECOND);
        ledger.observe(KEY, SECOND);
        ledger.observe(KEY, FIRST);
        loses("went back to an older version");
    }

    @Test
    void aVersionThatCameAgainIsNotOld() {
        holds(FIRST);
        holds(SECOND);
        holds(FIRST);
        ledger.observe(KEY, SECOND);
        ledger.observe(KEY, FIRST);
        ledger.requireNoLoss();
    }

    @Test
    void aDeleteMustNotOvertakeTheVersionAfterIt() {
        holds(FIRST);
        holds(Bucket.ABSENT);
        holds(SECOND);
        ledger.observe(KEY, FIRST);
        ledger.observe(KEY, SECOND);
        ledger.observe(KEY, Bucket.ABSENT);
        loses("went back to an older version");
    }

    @Test
    void theBucketMustNotHoldWhatNoCloseMade() {
        holds(FIRST);
        ledger.observe(KEY, SECOND);
        loses("what no close made");
    }

    @Test
    void aKeyThatNoFileHadMustStayEmpty() {
        ledger.observe(KEY, FIRST);
        loses("what no close made");
    }

    @Test
    void whatHasBegunMayBeInTheBucket() {
        ledger.begin(Map.of(KEY, FIRST));
        ledger.observe(KEY, FIRST);
        ledger.requireNoLoss();
        assertEquals(Set.of(Bucket.ABSENT), ledger.may(KEY));
    }

    @Test
    void aStepThatFailedMayHaveBeenDone() {
        holds(FIRST);
        ledger.begin(Map.of(KEY, Bucket.ABSENT));
        ledger.fail(Map.of(KEY, Bucket.ABSENT));
        assertEquals(Set.of(FIRST, Bucket.ABSENT), ledger.may(KEY));
        assertEquals(List.of(KEY), ledger.present());
        ledger.observe(KEY, Bucket.ABSENT);
        ledger.observe(KEY, FIRST);
        ledger.requireNoLoss();
        ledger.settle(KEY, Bucket.ABSENT);
        assertEquals(List.of(), ledger.present());
    }

    @Test
    void aSpoiledFileIsNotJudgedUntilItIsRemoved() {
        ledger.spoil(KEY);
        ledger.observe(KEY, SECOND);
        ledger.requireNoLoss();
        assertEquals(List.of("place/file"), spoiledIn("place"));
    }

    private List<String> spoiledIn(String directory) {
        ledger.spoil(directory + "/file");
        ledger.spoil(directory + "-2/file");
        return ledger.spoiledIn(directory);
    }

    private void holds(String state) {
        ledger.begin(Map.of(KEY, state));
        ledger.succeed(Map.of(KEY, state));
    }

    private void loses(String why) {
        Loss loss = assertThrows(Loss.class, ledger::requireNoLoss);
        String message = String.valueOf(loss.getMessage());
        assertTrue(message.contains(KEY) && message.contains(why), message);
    }
}
