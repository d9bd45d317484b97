package io.forebay.repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the modules of this checkout are. */
final class Repository {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** Every module that holds code, by its folder. */
    static final List<String> MODULES =
            List.of(
                    "schema",
                    "observability",
                    "wiring",
                    "control-plane/metadata",
                    "control-plane/server",
                    "data-plane/transport",
                    "data-plane/store",
                    "data-plane/persist",
                    "data-plane/server",
                    "data-plane/local-s3",
                    "fuse-mount/fuse",
                    "fuse-mount/jnr",
                    "fuse-mount/mount",
                    "fuse-mount/cli",
                    "native-build",
                    "e2e");

    private Repository() {}

    /** The Java sources of all modules, main and test. */
    static List<Path> sources() {
        return MODULES.stream()
                .map(module -> ROOT.resolve(module).resolve("src"))
                .filter(Files::isDirectory)
                .flatMap(Repository::javaFiles)
                .sorted()
                .toList();
    }

    /** The documents of the repository. */
    static List<Path> documents() throws IOException {
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    private static Stream<Path> javaFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String name(Path file) {
        return ROOT.relativize(file).toString();
    }
}
