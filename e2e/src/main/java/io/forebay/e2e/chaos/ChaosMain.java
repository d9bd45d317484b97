package io.forebay.e2e.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code forebay chaos}: exit status 0 only if nothing was lost. */
public final class ChaosMain {
    private static final int STOP_SECONDS = 60;

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
        CountDownLatch over = new CountDownLatch(1);
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(main, over)));
        boolean whole = false;
        try {
            whole = new Matrix(options.rounds(), options.seed(), directory, System.out).run();
        } catch (InterruptedException signal) {
            System.out.println("stopped by a signal");
        } finally {
            if (whole) {
                delete(directory);
            } else {
                System.out.println("what is left of it is in " + directory);
            }
            over.countDown();
        }
        System.exit(whole ? 0 : 1); // a thread may hang in a mount
    }

    /** At a signal: the instance ends and its mounts go before this process does. */
    private static void stop(Thread main, CountDownLatch over) {
        if (over.getCount() > 0) {
            main.interrupt();
        }
        try {
            boolean _ = over.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
