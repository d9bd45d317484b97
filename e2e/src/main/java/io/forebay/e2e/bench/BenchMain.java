package io.forebay.e2e.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import io.forebay.e2e.system.SecondMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * {@code forebay bench}: one instance whose uploads rest, a second mount of it without passthrough,
 * and the raw directory beside the staged files, each figure in turn. Small files are measured at
 * the first mount while it is the only one, and at the second one after that: a mount is told of
 * each file that another makes.
 */
public final class BenchMain {
    /** Nothing that is measured shall share the machine with an upload. */
    private static final String NO_UPLOAD_MILLIS = "86400000";

    private final BenchOptions options;
    private final Samples samples = new Samples();

    /**
     * Unlinked when all else is done, as mdtest does: ext4 looks in vain for an inode that was not
     * freed within the last minute, and creates take ten times as long.
     */
    private final List<Map.Entry<Target, SmallFiles>> measured = new ArrayList<>();

    private final List<SmallFiles> warming = new ArrayList<>();

    private BenchMain(BenchOptions options) {
        this.options = options;
    }

    public static void main(String[] arguments) throws IOException {
        BenchOptions options;
        try {
            options = BenchOptions.parse(arguments);
        } catch (IllegalArgumentException wrong) {
            System.err.println("forebay: " + wrong.getMessage());
            System.exit(2);
            return;
        }
        Path parent = options.directory();
        Path directory =
                parent == null
                        ? Files.createTempDirectory("forebay-bench")
                        : Files.createTempDirectory(parent, "forebay-bench");
        try {
            new BenchMain(options).run(directory);
        } finally {
            delete(directory);
        }
    }

    private void run(Path directory) throws IOException {
        Deployment deployment = new Deployment(Deployment.home(), directory);
        try (deployment) {
            deployment.up("--flush-delay-millis", NO_UPLOAD_MILLIS);
            Map<Target, Path> places = new EnumMap<>(Target.class);
            places.put(Target.RAW, place(directory.resolve("state/raw")));
            places.put(Target.PASSTHROUGH, place(deployment.mountPoint().resolve("bench")));
            small(places);
            try (SecondMount second =
                    SecondMount.withoutPassthrough(deployment, directory.resolve("daemon"))) {
                Path daemon = place(second.mountPoint().resolve("bench-daemon"));
                small(Map.of(Target.DAEMON, daemon));
                places.put(Target.DAEMON, daemon);
                large(places);
                unlink();
                report(residentBytes(deployment.status(), second.pid()));
            }
        }
    }

    private static Path place(Path directory) throws IOException {
        return Files.createDirectories(directory);
    }

    private void small(Map<Target, Path> places) throws IOException {
        warmUp(places);
        for (int round = 1; round <= options.rounds(); round++) {
            System.err.println("small files, " + round + " of " + options.rounds());
            for (Map.Entry<Target, Path> place : inTurn(places, round)) {
                small(place.getKey(), place.getValue());
            }
        }
    }

    private void large(Map<Target, Path> places) throws IOException {
        LargeFile large = new LargeFile(options.sizeMib());
        for (int round = 1; round <= options.rounds(); round++) {
            System.err.println("large file, " + round + " of " + options.rounds());
            for (Map.Entry<Target, Path> place : inTurn(places, round)) {
                large(large, place, Objects.requireNonNull(places.get(Target.RAW)));
            }
        }
    }

    private void unlink() throws IOException {
        for (SmallFiles files : warming) {
            files.unlink();
        }
        for (Map.Entry<Target, SmallFiles> files : measured) {
            samples.add(Figure.UNLINK, files.getKey(), files.getValue().unlink());
        }
    }

    /** What a program meets right after the start is a figure of its own. */
    private void warmUp(Map<Target, Path> places) throws IOException {
        for (Map.Entry<Target, Path> place : places.entrySet()) {
            SmallFiles first = warming(place.getValue(), 0);
            samples.add(Figure.CREATE_COLD, place.getKey(), first.create());
            first.rename();
        }
        for (int round = 1; round <= options.warmUp(); round++) {
            System.err.println("warming up, " + round + " of " + options.warmUp());
            for (Path place : places.values()) {
                SmallFiles files = warming(place, round);
                files.save();
                files.create();
                files.stat();
                files.list();
                files.rename();
            }
        }
    }

    private SmallFiles warming(Path place, int round) throws IOException {
        SmallFiles files = SmallFiles.in(place.resolve("warming-" + round), options.files());
        warming.add(files);
        return files;
    }

    /** Another one first in each round. */
    private static List<Map.Entry<Target, Path>> inTurn(Map<Target, Path> places, int round) {
        List<Map.Entry<Target, Path>> order = new ArrayList<>(places.entrySet());
        Collections.rotate(order, round);
        return order;
    }

    private void large(LargeFile large, Map.Entry<Target, Path> place, Path raw)
            throws IOException {
        Target target = place.getKey();
        Path directory = place.getValue();
        Path file = directory.resolve("large");
        settle(directory);
        large.touchMemory(raw);
        samples.add(Figure.WRITE_FRESH, target, large.writeFresh(file));
        settle(directory);
        samples.add(Figure.REWRITE, target, large.rewrite(file));
        samples.add(Figure.READ_FIRST, target, large.read(file));
        samples.add(Figure.READ_AGAIN, target, large.read(file));
        Files.delete(file);
    }

    private void small(Target target, Path directory) throws IOException {
        settle(directory);
        SmallFiles files =
                SmallFiles.in(directory.resolve("round-" + measured.size()), options.files());
        measured.add(Map.entry(target, files));
        samples.add(Figure.SAVE, target, files.save());
        samples.add(Figure.CREATE, target, files.create());
        samples.add(Figure.STAT, target, files.stat());
        samples.add(Figure.LIST, target, files.list());
        samples.add(Figure.RENAME, target, files.rename());
    }

    /** What is still to be written to the disk is written before the next figure, not under it. */
    private static void settle(Path directory) {
        new Command(List.of("sync", directory.toString()), Map.of(), Duration.ofMinutes(2)).run();
        new Command(List.of("sync"), Map.of(), Duration.ofMinutes(2)).run();
    }

    private static Map<String, Long> residentBytes(JsonNode status, long secondMount)
            throws IOException {
        Map<String, Long> resident = new TreeMap<>();
        status.path("processes")
                .forEach(each ->
                        resident.put(
                                each.path("name").asText(), each.path("residentBytes").asLong()));
        resident.put("mount, no passthrough", SecondMount.residentBytes(secondMount));
        return resident;
    }

    private void report(Map<String, Long> residentBytes) throws IOException {
        Report report = new Report(options, samples, residentBytes);
        System.out.print(report.table());
        Path json = options.json();
        if (json != null) {
            report.write(json);
            System.out.println("all samples: " + json);
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
