package io.forebay.e2e.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** All that was measured, by figure and target. One thread only. */
final class Samples {
    private final Map<Figure, Map<Target, List<Double>>> all = new EnumMap<>(Figure.class);

    void add(Figure figure, Target target, double value) {
        all.computeIfAbsent(figure, _ -> new EnumMap<>(Target.class))
                .computeIfAbsent(target, _ -> new ArrayList<>())
                .add(value);
    }

    List<Double> of(Figure figure, Target target) {
        return all.getOrDefault(figure, Map.of()).getOrDefault(target, List.of());
    }

    double median(Figure figure, Target target) {
        List<Double> sorted = new ArrayList<>(of(figure, target));
        Collections.sort(sorted);
        int size = sorted.size();
        if (size == 0) {
            return Double.NaN;
        }
        return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    }

    /** The target's share of the raw directory. */
    double ratio(Figure figure, Target target) {
        return median(figure, target) / median(figure, Target.RAW);
    }
}
