package io.forebay.e2e.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Invariants I1, I2 and I4, whoever dies and whenever. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
final class ChaosTest {
    private static final int ROUNDS = Integer.getInteger("forebay.chaos.rounds", 24);
    private static final long SEED = Long.getLong("forebay.seed", 1);

    @TempDir private Path directory;

    @Test
    void nothingIsLost() throws Exception {
        Needs.fuse();
        Needs.root();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        boolean whole = new Matrix(ROUNDS, SEED, directory, out).run();
        String all = said.toString(StandardCharsets.UTF_8);
        System.out.println(all);
        assertTrue(whole, () -> all + notes());
    }

    private String notes() {
        try {
            List<String> lines = Files.readAllLines(directory.resolve("notes.log"));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 200), lines.size()));
        } catch (java.io.IOException none) {
            return "(no notes: " + none + ")";
        }
    }

    @Test
    void eachLapHasEachCellOnce() {
        int lap = Cell.all().size();
        assertEquals(64, lap);
        for (int start = 0; start < 3 * lap; start += lap) {
            TreeSet<String> cells = new TreeSet<>();
            IntStream.range(start, start + lap).forEach(i -> cells.add("" + Cell.of(SEED, i)));
            assertEquals(lap, cells.size());
        }
        assertEquals(Cell.of(7, 100), Cell.of(7, 100));
    }

    @Test
    void badOptionsGetOneLine() {
        for (List<String> bad :
                List.of(
                        List.of("chaos", "--rounds", "0"),
                        List.of("chaos", "--rounds"),
                        List.of("chaos", "--seed", "x"),
                        List.of("chaos", "--loops", "3"))) {
            Command.Outcome outcome = launcher(bad);
            assertEquals(2, outcome.status(), outcome::all);
            assertEquals(1, outcome.err().lines().count(), outcome::all);
            assertTrue(outcome.err().contains("usage: forebay chaos"), outcome::all);
        }
    }

    private static Command.Outcome launcher(List<String> words) {
        List<String> all = new java.util.ArrayList<>(words);
        all.addFirst(Deployment.home().resolve("forebay").toString());
        return new Command(all, Map.of(), Duration.ofMinutes(1)).run();
    }
}
