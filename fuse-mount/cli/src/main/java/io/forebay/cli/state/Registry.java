package io.forebay.cli.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The instances that this user has started, so that a path on a mount leads to its instance: one
 * small file an instance, which names its state directory.
 */
public final class Registry {
    private Registry() {}

    private record Known(String state) {
        Known {
            Objects.requireNonNull(state);
        }
    }

    public static void add(StateDirectory state) {
        try {
            Files.createDirectories(directory());
        } catch (IOException failed) {
            throw new CliFailure(
                    "cannot make " + directory() + ": " + JsonFile.reason(failed), failed);
        }
        JsonFile.write(file(state), new Known(state.root().toString()));
    }

    public static void remove(StateDirectory state) {
        StateDirectory.delete(file(state));
    }

    /** The running instance whose mount holds the path. */
    public static StateDirectory holding(Path path) {
        return MountTable.read()
                .holding(path)
                .filter(MountTable.Entry::isFuse)
                .flatMap(entry -> mountedAt(entry.mountPoint()))
                .orElseThrow(() ->
                        new CliFailure(
                                path
                                        + " is not on a mount that `forebay up` made: name"
                                        + " a path below one"));
    }

    private static Optional<StateDirectory> mountedAt(Path mountPoint) {
        if (!Files.isDirectory(directory())) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(directory())) {
            List<StateDirectory> all =
                    files.filter(file -> file.toString().endsWith(".json"))
                            .flatMap(file -> read(file).stream())
                            .map(known -> new StateDirectory(Path.of(known.state())))
                            .toList();
            return all.stream().filter(state -> isMountedAt(state, mountPoint)).findFirst();
        } catch (IOException failed) {
            throw new CliFailure(
                    "cannot list " + directory() + ": " + JsonFile.reason(failed), failed);
        }
    }

    private static Optional<Known> read(Path file) {
        return JsonFile.read(
                file, Known.class, "remove it, and run `forebay up` again for its instance");
    }

    private static boolean isMountedAt(StateDirectory state, Path mountPoint) {
        return state.settings()
                .filter(settings -> Path.of(settings.mountPoint()).equals(mountPoint))
                .isPresent();
    }

    private static Path directory() {
        return StateDirectory.dataHome().resolve("instances");
    }

    private static Path file(StateDirectory state) {
        return directory()
                .resolve(Integer.toHexString(state.root().toString().hashCode()) + ".json");
    }
}
