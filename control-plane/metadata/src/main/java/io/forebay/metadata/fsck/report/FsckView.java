package io.forebay.metadata.fsck.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A check as it stands.
 *
 * @param message why it stopped; empty where it did not
 * @param looked how many of what were looked at
 * @param counts how many findings there were of each kind, those left and those repaired
 * @param findings the first ones
 */
public record FsckView(
        State state,
        boolean repair,
        boolean deep,
        Instant started,
        @Nullable Instant ended,
        String message,
        Map<String, Long> looked,
        List<Count> counts,
        List<Finding> findings,
        List<Unchecked> unchecked) {
    public FsckView {
        looked = Map.copyOf(looked);
        counts = List.copyOf(counts);
        findings = List.copyOf(findings);
        unchecked = List.copyOf(unchecked);
    }

    /** Everything was looked at, and no ERROR or WARNING is left. */
    public boolean isClean() {
        return state == State.DONE
                && unchecked.isEmpty()
                && counts.stream()
                        .allMatch(each ->
                                each.left() == 0 || each.code().severity() == Severity.NOTE);
    }

    /** Where a check stands. */
    public enum State {
        RUNNING,
        DONE,
        FAILED
    }

    /** Findings of one kind. */
    public record Count(FindingCode code, long left, long repaired) {}

    /** Something that was not looked at, and why. */
    public record Unchecked(String part, String reason) {}
}
