package io.forebay.e2e.chaos;

import io.forebay.e2e.chaos.site.Victim;
import java.util.EnumMap;
import java.util.Map;

/** How often each cell was played; both data paths count together. */
final class Tally {
    private final Map<Point, Map<Victim, Integer>> played = new EnumMap<>(Point.class);
    private int lost;

    void add(Cell cell, boolean isLost) {
        played.computeIfAbsent(cell.point(), _ -> new EnumMap<>(Victim.class))
                .merge(cell.victim(), 1, Integer::sum);
        lost += isLost ? 1 : 0;
    }

    String table() {
        StringBuilder table = new StringBuilder("%-32s".formatted("rounds, by who was killed"));
        for (Victim victim : Victim.values()) {
            table.append("%15s".formatted(victim.label()));
        }
        table.append('\n');
        int all = 0;
        for (Point point : Point.values()) {
            table.append("%-32s".formatted(point.label()));
            for (Victim victim : Victim.values()) {
                int count = played.getOrDefault(point, Map.of()).getOrDefault(victim, 0);
                all += count;
                table.append("%15d".formatted(count));
            }
            table.append('\n');
        }
        return table.append("%d rounds, %d lost%n".formatted(all, lost)).toString();
    }
}
