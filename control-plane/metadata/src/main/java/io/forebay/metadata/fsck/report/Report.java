package io.forebay.metadata.fsck.report;

import io.forebay.metadata.fsck.report.FsckView.Unchecked;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects what a check finds, in bounded memory. Guarded by itself. */
public final class Report {
    /** Findings that are kept; of all there are counts, and lines in the log. */
    private static final int FINDINGS_MAX = 1_000;

    private static final int UNCHECKED_MAX = 100;

    private final Options options;
    private final Instant started;
    private final Map<String, Long> looked = new TreeMap<>();
    private final Map<FindingCode, long[]> counts = new EnumMap<>(FindingCode.class);
    private final List<Finding> findings = new ArrayList<>();
    private final List<Unchecked> unchecked = new ArrayList<>();
    private long uncheckedMore;
    private FsckView.State state = FsckView.State.RUNNING;
    private String message = "";
    private @Nullable Instant ended;

    /**
     * What is asked for.
     *
     * @param repair what is safe is repaired
     * @param deep each object is asked for itself, so that checksums are compared as well
     */
    public record Options(boolean repair, boolean deep) {}

    public Report(Options options, Instant started) {
        this.options = options;
        this.started = started;
    }

    public Options options() {
        return options;
    }

    public synchronized void looked(String what, long count) {
        looked.merge(what, count, Long::sum);
    }

    public synchronized void add(Finding finding) {
        counts.computeIfAbsent(finding.code(), _ -> new long[2])[finding.repaired() ? 1 : 0]++;
        if (findings.size() < FINDINGS_MAX) {
            findings.add(finding);
        }
    }

    /** A part was not looked at: the workspace may not be called clean. */
    public synchronized void unchecked(String part, String reason) {
        Unchecked each = new Unchecked(part, reason);
        if (unchecked.contains(each)) {
            return;
        }
        if (unchecked.size() < UNCHECKED_MAX) {
            unchecked.add(each);
        } else {
            uncheckedMore++;
        }
    }

    public synchronized boolean running() {
        return state == FsckView.State.RUNNING;
    }

    /**
     * The check is over.
     *
     * @param why it stopped before its end; empty where it did not
     */
    public synchronized void end(String why, Instant now) {
        state = why.isEmpty() ? FsckView.State.DONE : FsckView.State.FAILED;
        message = why;
        ended = now;
    }

    public synchronized FsckView view() {
        List<FsckView.Count> all = new ArrayList<>();
        counts.forEach((code, count) -> all.add(new FsckView.Count(code, count[0], count[1])));
        List<Unchecked> parts = new ArrayList<>(unchecked);
        if (uncheckedMore > 0) {
            parts.add(new Unchecked(uncheckedMore + " more parts", "as those before"));
        }
        return new FsckView(
                state,
                options.repair(),
                options.deep(),
                started,
                ended,
                message,
                looked,
                all,
                findings,
                parts);
    }
}
