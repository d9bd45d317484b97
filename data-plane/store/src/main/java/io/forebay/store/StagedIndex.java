package io.forebay.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

    private long cleanBytes;
    private long activeBytes;

    /** A file was opened, or was found at start. */
    synchronized void opened(StagedKey key, long generation, boolean write) {
        Entry known = clean.get(key);
        if (known != null && !write && known.generation() == generation) {
            removeClean(key);
            putClean(key, known); // now the last one
            return;
        }
        if (known == null) {
            known = active.get(key);
        }
        forget(key);
        long latest = known == null ? generation : Math.max(generation, known.generation());
        putActive(key, new Entry(latest, known == null ? 0 : known.bytes()));
    }

    /** The bucket has this generation; nothing happens when a later one is being written. */
    synchronized void cleaned(StagedKey key, long generation, long bytes) {
        Entry writing = active.get(key);
        if (writing != null && writing.generation() > generation) {
            return;
        }
        forget(key);
        putClean(key, new Entry(generation, bytes));
    }

    /** It may not be evicted now: it is asked for again after all others. */
    synchronized void refused(StagedKey key) {
        Entry known = clean.get(key);
        if (known != null) {
            removeClean(key);
            putClean(key, known);
        }
    }

    /** As {@link #cleaned}, on the word of the control plane, whatever was opened since. */
    synchronized void confirmedClean(StagedKey key, long generation, long bytes) {
        forget(key);
        putClean(key, new Entry(generation, bytes));
    }

    synchronized void measured(StagedKey key, long bytes) {
        Entry known = active.get(key);
        if (known != null) {
            removeActive(key);
            putActive(key, new Entry(known.generation(), bytes));
        }
    }

    synchronized void forget(StagedKey key) {
        removeClean(key);
        removeActive(key);
    }

    private void putClean(StagedKey key, Entry entry) {
        clean.put(key, entry);
        cleanBytes += entry.bytes();
    }

    private void removeClean(StagedKey key) {
        Entry gone = clean.remove(key);
        cleanBytes -= gone == null ? 0 : gone.bytes();
    }

    private void putActive(StagedKey key, Entry entry) {
        active.put(key, entry);
        activeBytes += entry.bytes();
    }

    private void removeActive(StagedKey key) {
        Entry gone = active.remove(key);
        activeBytes -= gone == null ? 0 : gone.bytes();
    }

    synchronized List<StagedKey> keys() {
        List<StagedKey> all = new ArrayList<>(active.keySet());
        all.addAll(clean.keySet());
        return all;
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
        return cleanBytes + activeBytes;
    }

    synchronized long cleanBytes() {
        return cleanBytes;
    }

    synchronized int files() {
        return clean.size() + active.size();
    }

    private record Entry(long generation, long bytes) {}
}
