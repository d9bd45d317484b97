package io.forebay.e2e.chaos;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What to break.
 *
 * @param rounds 64: each cell of the matrix once
 * @param seed with it, a failed run is repeated
 * @param directory where the state goes; default: the temporary directory
 */
record ChaosOptions(int rounds, long seed, @Nullable Path directory) {
    static final String USAGE = "usage: forebay chaos [--rounds N] [--seed S] [--directory DIR]";

    static ChaosOptions parse(String... arguments) {
        ChaosOptions options = new ChaosOptions(Cell.all().size(), 1, null);
        for (int at = 0; at < arguments.length; at += 2) {
            if (at + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[at] + " needs a value; " + USAGE);
            }
            options = options.with(arguments[at], arguments[at + 1]);
        }
        return options;
    }

    private ChaosOptions with(String name, String value) {
        return switch (name) {
            case "--rounds" -> new ChaosOptions((int) number(name, value, 7), seed, directory);
            case "--seed" -> new ChaosOptions(rounds, number(name, value, 18), directory);
            case "--directory" -> new ChaosOptions(rounds, seed, Path.of(value));
            default -> throw new IllegalArgumentException("unknown option " + name + "; " + USAGE);
        };
    }

    private static long number(String name, String value, int digits) {
        if (!value.matches("[1-9][0-9]{0," + (digits - 1) + "}")) {
            throw new IllegalArgumentException(
                    name
                            + " "
                            + value
                            + ": a number from 1, of "
                            + digits
                            + " digits at most; "
                            + USAGE);
        }
        return Long.parseLong(value);
    }
}
