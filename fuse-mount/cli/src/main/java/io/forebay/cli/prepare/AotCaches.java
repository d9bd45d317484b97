package io.forebay.cli.prepare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The AOT caches (JEP 483, 514, 515) of the programs: loaded and linked classes, and the profiles
 * of their methods, as a training run left them. A cache that does not fit its Java or jars is
 * ignored by the JVM, and one that is not there is not asked for: both only make a start slower.
 *
 * @param recording whether the programs write their caches instead of using them
 */
public record AotCaches(Path directory, boolean recording) {
    /** The cache of the command line itself; the others are named after their process. */
    public static final String COMMAND_LINE = "cli";

    static AotCaches madeIn(Path home) {
        return new AotCaches(home.resolve("target/aot"), false);
    }

    /** Of the process that is named so; how the JVM finds its cache is nothing to read about. */
    List<String> flags(String process) {
        Path file = of(process);
        if (recording) {
            return List.of("-XX:AOTCacheOutput=" + file);
        }
        return Files.exists(file) ? List.of("-XX:AOTCache=" + file, "-Xlog:aot=off") : List.of();
    }

    public Path of(String process) {
        return directory.resolve(process + ".aot");
    }
}
