package io.forebay.metadata.kv;

import org.jspecify.annotations.Nullable;

/**
 * What one look at a store saw, for a {@link Waiter}.
 *
 * @param enough whether to stop waiting
 * @param pauseMillis not to look again before, however often the key changes: what a look costs
 * @param againMillis to look again by then, although nothing changed
 */
public record Look<T extends @Nullable Object>(
        T seen, boolean enough, long pauseMillis, long againMillis) {
    /** Looks again at each change. */
    public static <T extends @Nullable Object> Look<T> of(T seen, boolean enough) {
        return new Look<>(seen, enough, 0, Long.MAX_VALUE);
    }
}
