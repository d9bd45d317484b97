package io.forebay.e2e.chaos;

import io.forebay.e2e.chaos.site.Bucket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What each path has held, in order, as far as the program that did it knows; and whether what is
 * seen of the bucket agrees. A state is the SHA-256 of a content or {@link Bucket#ABSENT}.
 *
 * <p>A step that failed may have been done or not: until somebody looks, the path may hold either.
 */
final class Ledger {
    private static final int SHOWN = 12;

    // All guarded by this.
    private final Map<String, List<String>> histories = new HashMap<>();
    private final Map<String, Set<String>> current = new TreeMap<>();
    private final Map<String, Integer> seen = new HashMap<>();
    private final Set<String> spoiled = new HashSet<>();
    private final List<String> losses = new ArrayList<>();
    private int observations;

    /** Before a step that gives the paths these states: the bucket may follow at once. */
    synchronized void begin(Map<String, String> step) {
        step.forEach((path, state) -> history(path).add(state));
    }

    /** The step has succeeded. */
    synchronized void succeed(Map<String, String> step) {
        step.forEach((path, state) -> current.put(path, Set.of(state)));
    }

    /** The step has failed, and may have been done. */
    synchronized void fail(Map<String, String> step) {
        step.forEach((path, state) -> {
            Set<String> may = new LinkedHashSet<>(may(path));
            history(path).addAll(may);
            may.add(state);
            current.put(path, may);
        });
    }

    /** A write has failed: what the path holds is not known, until it is removed. */
    synchronized void spoil(String path) {
        spoiled.add(path);
    }

    synchronized boolean isSpoiled(String path) {
        return spoiled.contains(path);
    }

    synchronized List<String> spoiledIn(String directory) {
        return spoiled.stream().filter(each -> each.startsWith(directory + "/")).sorted().toList();
    }

    /** What a path may hold; one state, unless a step failed. */
    synchronized Set<String> may(String path) {
        return current.getOrDefault(path, Set.of(Bucket.ABSENT));
    }

    /** What was looked at is so from now on. */
    synchronized void settle(String path, String state) {
        current.put(path, Set.of(state));
    }

    /** Paths that hold a file, or may. */
    synchronized List<String> present() {
        return current.entrySet().stream()
                .filter(each -> !each.getValue().equals(Set.of(Bucket.ABSENT)))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Those below a directory; empty: all. */
    synchronized List<String> presentIn(String directory) {
        String prefix = directory.isEmpty() ? "" : directory + "/";
        return present().stream().filter(each -> each.startsWith(prefix)).toList();
    }

    /** The object at a key was seen to be this. */
    synchronized void observe(String key, String state) {
        observations++;
        if (spoiled.contains(key)) {
            return;
        }
        List<String> history = history(key);
        int from = seen.getOrDefault(key, 0);
        int at = history.subList(from, history.size()).indexOf(state);
        if (at >= 0) {
            seen.put(key, from + at);
        } else if (history.contains(state)) {
            losses.add(key + ": the bucket went back to an older version: " + story(key, state));
        } else {
            losses.add(key + ": the bucket had what no close made: " + story(key, state));
        }
    }

    private String story(String key, String state) {
        List<String> history = history(key);
        List<String> end = history.subList(Math.max(0, history.size() - SHOWN), history.size());
        return "seen "
                + brief(state)
                + " after version "
                + seen.getOrDefault(key, 0)
                + " of "
                + (history.size() - 1)
                + "; the latest are "
                + end.stream().map(Ledger::brief).toList();
    }

    /** Throws when anything that was observed is a loss. */
    synchronized void requireNoLoss() {
        if (!losses.isEmpty()) {
            throw new Loss(String.join("; ", losses));
        }
    }

    /** How many changes of the bucket were looked at. */
    synchronized int observations() {
        return observations;
    }

    static String brief(String state) {
        return state.equals(Bucket.ABSENT) ? state : state.substring(0, 8);
    }

    private List<String> history(String path) {
        return histories.computeIfAbsent(path, _ -> new ArrayList<>(List.of(Bucket.ABSENT)));
    }
}
