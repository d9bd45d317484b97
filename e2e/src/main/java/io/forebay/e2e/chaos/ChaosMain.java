package io.forebay.e2e.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** {@code forebay chaos}: exit status 0 only if nothing was lost. */
public final class ChaosMain {
    private ChaosMain() {}

    @SuppressWarnings("SystemOut") // what the user sees
    public static void main(String[] arguments) throws Exception {
        ChaosOptions options;
        try {
            options = ChaosOptions.parse(arguments);
        } catch (IllegalArgumentException wrong) {
            System.err.println("forebay: " + wrong.getMessage());
            System.exit(2);
            return;
        }
        Path parent = options.directory();
        Path directory =
                parent == null
                        ? Files.createTempDirectory("forebay-chaos")
                        : Files.createTempDirectory(parent, "forebay-chaos");
        boolean whole = false;
        try {
            whole = new Matrix(options.rounds(), options.seed(), directory, System.out).run();
        } finally {
            if (whole) {
                delete(directory);
            } else {
                System.out.println("what is left of it is in " + directory);
            }
        }
        System.exit(whole ? 0 : 1); // a thread may hang in a mount
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
