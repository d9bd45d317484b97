package io.forebay.metadata.imports;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far an import is, or how it ended.
 *
 * @param files that were made
 * @param directories that were made
 * @param present objects whose files or directories were there already
 * @param skipped objects that were left alone
 * @param skips the first of those
 * @param ended null while it runs
 * @param message why the last try failed; empty where it did not
 */
public record ImportView(
        State state,
        long files,
        long directories,
        long present,
        long skipped,
        List<Skip> skips,
        Instant started,
        @Nullable Instant ended,
        String message) {
    public ImportView {
        skips = List.copyOf(skips);
    }

    /** Where it stands. */
    public enum State {
        RUNNING,
        DONE,
        /** What the bucket said does not pass by itself; another start goes on from there. */
        FAILED
    }

    /** An object that was left alone, by its key without the prefix, and why. */
    public record Skip(String key, String reason) {}
}
