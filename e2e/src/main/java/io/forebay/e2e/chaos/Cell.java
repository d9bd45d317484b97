package io.forebay.e2e.chaos;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.chaos.site.Victim;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** One combination of the matrix. */
record Cell(Point point, Victim victim, DataPath path) {

    /** All of them, each once. */
    static List<Cell> all() {
        List<Cell> cells = new ArrayList<>();
        for (Point point : Point.values()) {
            for (Victim victim : Victim.values()) {
                for (DataPath path : DataPath.values()) {
                    cells.add(new Cell(point, victim, path));
                }
            }
        }
        return cells;
    }

    /** Each lap through the matrix has an order of its own. */
    static Cell of(long seed, int round) {
        List<Cell> cells = all();
        int lap = round / cells.size();
        Collections.shuffle(cells, new Random(seed * 31 + lap));
        return cells.get(round % cells.size());
    }

    @Override
    public String toString() {
        return victim.label() + ", " + point.label() + ", " + path.name().toLowerCase(Locale.ROOT);
    }
}
