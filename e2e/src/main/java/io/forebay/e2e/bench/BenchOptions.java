package io.forebay.e2e.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What to measure.
 *
 * @param sizeMib of the large file; 2,048: more than any cache of a drive, less than a small
 *     machine's memory
 * @param files small ones; 2,000: a second or two of creates
 * @param warmUp rounds of the small files that are not measured: a just-in-time compiler needs some
 *     10,000 calls of a method before it is done with it
 * @param rounds each figure is the median of so many
 * @param json where to write all samples
 * @param directory where the state goes: the disk to measure; default: the temporary directory
 */
record BenchOptions(
        int sizeMib,
        int files,
        int warmUp,
        int rounds,
        @Nullable Path json,
        @Nullable Path directory) {

    static final String USAGE =
            "usage: forebay bench [--size-mib N] [--files N] [--warm-up N] [--rounds N]"
                    + " [--json FILE] [--directory DIR]";

    static BenchOptions parse(String... arguments) {
        BenchOptions options = new BenchOptions(2048, 2000, 4, 3, null, null);
        for (int at = 0; at < arguments.length; at += 2) {
            if (at + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[at] + " needs a value; " + USAGE);
            }
            options = options.with(arguments[at], arguments[at + 1]);
        }
        return options;
    }

    private BenchOptions with(String name, String value) {
        return switch (name) {
            case "--size-mib" ->
                    new BenchOptions(number(name, value), files, warmUp, rounds, json, directory);
            case "--files" ->
                    new BenchOptions(sizeMib, number(name, value), warmUp, rounds, json, directory);
            case "--warm-up" ->
                    new BenchOptions(sizeMib, files, number(name, value), rounds, json, directory);
            case "--rounds" ->
                    new BenchOptions(sizeMib, files, warmUp, number(name, value), json, directory);
            case "--json" ->
                    new BenchOptions(sizeMib, files, warmUp, rounds, Path.of(value), directory);
            case "--directory" ->
                    new BenchOptions(sizeMib, files, warmUp, rounds, json, Path.of(value));
            default -> throw new IllegalArgumentException("unknown option " + name + "; " + USAGE);
        };
    }

    private static int number(String name, String value) {
        if (!value.matches("[1-9][0-9]{0,6}")) {
            throw new IllegalArgumentException(name + " " + value + ": a number from 1; " + USAGE);
        }
        return Integer.parseInt(value);
    }
}
