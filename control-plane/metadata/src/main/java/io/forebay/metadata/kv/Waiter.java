package io.forebay.metadata.kv;

import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits until what is read from a store satisfies, or a moment has come. A store wakes those who
 * wait for a key also when another key changed, and may miss nothing but may wake for nothing: here
 * that costs a look, and decides nothing.
 */
public record Waiter(KeyValueStore store, InstantSource clock) {
    /** A waiter looks at least this often. A caller that is gone is noticed then as well. */
    private static final long LOOK_MILLIS = 1000;

    /**
     * Looks at once, and again whenever the key may have changed.
     *
     * @param key changes with each commit that may change what a look sees
     * @param endMillis the moment of the last look
     * @param look transactions of its own; what it throws ends the waiting
     * @return what the last look saw, enough or not
     */
    public <T extends @Nullable Object> T await(byte[] key, long endMillis, Supplier<Look<T>> look)
            throws InterruptedException {
        while (true) {
            long count =
                    store.changeCount(key); // before the look: a change during it is not missed
            long begun = clock.millis();
            Look<T> now = look.get();
            if (now.enough() || begun >= endMillis) {
                return now.seen();
            }
            long again = clock.millis();
            long most = Math.max(0, endMillis - again);
            pauseOnce(key, count, Math.min(most, Math.min(now.againMillis(), LOOK_MILLIS)));
            pause(key, again + Math.min(most, now.pauseMillis()));
        }
    }

    private void pauseOnce(byte[] key, long count, long millis) throws InterruptedException {
        if (millis > 0) {
            store.awaitChange(key, count, millis);
        }
    }

    private void pause(byte[] key, long untilMillis) throws InterruptedException {
        long left = untilMillis - clock.millis();
        while (left > 0) {
            store.awaitChange(key, store.changeCount(key), left);
            left = untilMillis - clock.millis();
        }
    }
}
