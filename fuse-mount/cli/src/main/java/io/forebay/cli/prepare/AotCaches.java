package io.forebay.cli.prepare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/**
 * The AOT caches (JEP 483, 514, 515) of the programs: loaded and linked classes, and the profiles
 * of their methods, as a training run left them. One that is not there, or older than a jar of its
 * program, is not asked for: of a jar the JVM (25) compares no more than name and size, and would
 * run the old classes. One of another Java or class path it ignores by itself.
 *
 * @param recording whether the programs write their caches instead of using them
 */
public record AotCaches(Path directory, boolean recording) {
    /** The cache of the command line itself; the others are named after their process. */
    public static final String COMMAND_LINE = "cli";

    /** The jars of a service lie in {@code lib/main}. */
    private static final int JARS_DEPTH = 3;

    static AotCaches madeIn(Path home) {
        return new AotCaches(home.resolve("target/aot"), false);
    }

    /**
     * Of the process that is named so; how the JVM finds its cache is nothing to read about.
     *
     * @param application the directory of the program's jars
     */
    List<String> flags(String process, Path application) {
        Path file = of(process);
        if (recording) {
            return recordingTo(file);
        }
        return Files.exists(file) && !isStale(file, application)
                ? List.of("-XX:AOTCache=" + file, "-Xlog:aot=off")
                : List.of();
    }

    /** Without profiles: what compiles by those of a short training stays slower for good. */
    private static List<String> recordingTo(Path file) {
        return List.of(
                "-XX:AOTCacheOutput=" + file,
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-AOTRecordTraining");
    }

    private static boolean isStale(Path cache, Path application) {
        try (Stream<Path> newer = Files.find(application, JARS_DEPTH, newerThan(cache))) {
            return newer.findAny().isPresent();
        } catch (IOException | UncheckedIOException unreadable) {
            return true; // a slow start is better than a wrong one
        }
    }

    private static BiPredicate<Path, BasicFileAttributes> newerThan(Path cache) throws IOException {
        FileTime trained = Files.getLastModifiedTime(cache);
        return (file, attributes) ->
                file.toString().endsWith(".jar")
                        && attributes.lastModifiedTime().compareTo(trained) > 0;
    }

    public Path of(String process) {
        return directory.resolve(process + ".aot");
    }
}
