package io.forebay.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the staged files, in memory: which are clean, in the order of their last use,
 * and what all take on the disk. A hint only: that a file is clean is decided by the control plane,
 * at the eviction.
 *
 * <p>Guarded by itself.
 */
final class StagedIndex {
    /** Clean files, the longest unused first. */
    private final LinkedHashMap<StagedKey, Entry> clean = new LinkedHashMap<>();

    /** All others: their bytes may change at any time, past this process. */
    private final Map<StagedKey, Entry> active = new HashMap<>();

    private long usedBytes;

    /** A file was opened, or was found at start. */
    synchronized void opened(StagedKey key, long generation, boolean write) {
        Entry known = clean.remove(key);
        if (known != null && !write && known.generation() == generation) {
            clean.put(key, known); // now the last one
            return;
        }
        if (known == null) {
            known = active.get(key);
        }
        long latest = known == null ? generation : Math.max(generation, known.generation());
        active.put(key, new Entry(latest, known == null ? 0 : known.bytes()));
    }

    /** The bucket has this generation; nothing happens when a later one is being written. */
    synchronized void cleaned(StagedKey key, long generation, long bytes) {
        Entry writing = active.get(key);
        if (writing != null && writing.generation() > generation) {
            return;
        }
        forget(key);
        clean.put(key, new Entry(generation, bytes));
        usedBytes += bytes;
    }

    /** It may not be evicted after all; it is asked for again when it was next seen clean. */
    synchronized void notClean(StagedKey key) {
        Entry known = clean.remove(key);
        if (known != null) {
            active.put(key, known);
        }
    }

    synchronized void measured(StagedKey key, long bytes) {
        Entry known = active.get(key);
        if (known != null) {
            active.put(key, new Entry(known.generation(), bytes));
            usedBytes += bytes - known.bytes();
        }
    }

    synchronized void forget(StagedKey key) {
        subtract(clean.remove(key));
        subtract(active.remove(key));
    }

    private void subtract(@Nullable Entry gone) {
        usedBytes -= gone == null ? 0 : gone.bytes();
    }

    synchronized List<StagedKey> activeKeys() {
        return List.copyOf(active.keySet());
    }

    synchronized List<CleanFile> oldest(long bytes, int max) {
        List<CleanFile> chosen = new ArrayList<>();
        long sum = 0;
        for (Map.Entry<StagedKey, Entry> next : clean.entrySet()) {
            if (sum >= bytes || chosen.size() >= max) {
                break;
            }
            Entry entry = next.getValue();
            chosen.add(new CleanFile(next.getKey(), entry.generation(), entry.bytes()));
            sum += entry.bytes();
        }
        return chosen;
    }

    synchronized long usedBytes() {
        return usedBytes;
    }

    synchronized int files() {
        return clean.size() + active.size();
    }

    private record Entry(long generation, long bytes) {}
}
