package io.forebay.e2e.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Finds a short part of a list that still fails: leaves out halves, then quarters, and at last
 * single elements (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002).
 */
final class Shrinker<T> {
    private final Predicate<List<T>> fails;
    private int triesLeft;

    /**
     * @param triesMax how often the predicate is asked; the best until then is the answer
     */
    Shrinker(Predicate<List<T>> fails, int triesMax) {
        this.fails = fails;
        this.triesLeft = triesMax;
    }

    /**
     * @param failing a list of which it is known
     */
    List<T> shrink(List<T> failing) {
        List<T> best = List.copyOf(failing);
        int chunk = Math.max(1, best.size() / 2);
        while (triesLeft > 0) {
            int before = best.size();
            best = withoutChunks(best, chunk);
            if (chunk == 1 && best.size() == before) {
                return best;
            }
            chunk = Math.max(1, Math.min(chunk / 2, best.size()));
        }
        return best;
    }

    /** From the end, as what fails is there and what leads to it is before. */
    private List<T> withoutChunks(List<T> all, int chunk) {
        List<T> best = all;
        int end = best.size();
        while (end > 0 && triesLeft > 0) {
            int start = Math.max(0, end - chunk);
            List<T> rest = new ArrayList<>(best.subList(0, start));
            rest.addAll(best.subList(end, best.size()));
            triesLeft--;
            if (fails.test(rest)) {
                best = rest;
            }
            end = start;
        }
        return best;
    }
}
