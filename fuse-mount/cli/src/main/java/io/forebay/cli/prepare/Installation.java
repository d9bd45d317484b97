package io.forebay.cli.prepare;

import io.forebay.cli.state.CliFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Where the built applications and their Java are. */
public record Installation(Path home, Path java) {
    /** It holds descriptors, which take no heap. */
    private static final String HOLDER_HEAP = "24m";

    /** As the launcher says in the system property {@code forebay.home}. */
    public static Installation current() {
        String home = Objects.requireNonNullElse(System.getProperty("forebay.home"), "");
        if (home.isEmpty()) {
            throw new CliFailure("start the command through the launcher `forebay`");
        }
        return new Installation(
                Path.of(home), Path.of(System.getProperty("java.home"), "bin", "java"));
    }

    public Path controlPlane() {
        return built("control-plane/server/target/quarkus-app/quarkus-run.jar");
    }

    public Path worker() {
        return built("data-plane/server/target/quarkus-app/quarkus-run.jar");
    }

    public String objectStoreClassPath() {
        return classPath("data-plane/local-s3/target");
    }

    public String mountClassPath() {
        return classPath("fuse-mount/mount/target");
    }

    /**
     * The command that mounts, up to the mount's own arguments: a small process that keeps the
     * mount, and starts the one that serves it.
     */
    public List<String> holder() {
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(jvmFlags(HOLDER_HEAP));
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(List.of("-cp", mountClassPath(), "io.forebay.mount.holder.HolderMain"));
        mountJvmFlags().forEach(flag -> command.add("--jvm=" + flag));
        return command;
    }

    /** Flags that every process of ours gets: native access for FFM, and the small collector. */
    public static List<String> jvmFlags(String heap) {
        return List.of(
                "-Xmx" + heap,
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow");
    }

    /** The mount's heap holds inodes in use; payloads lie in native memory, bounded here. */
    static List<String> mountJvmFlags() {
        List<String> flags = new ArrayList<>(jvmFlags("96m"));
        flags.add("-XX:MaxDirectMemorySize=256m");
        return flags;
    }

    private String classPath(String target) {
        Path directory = built(target);
        return directory + "/*:" + directory + "/lib/*";
    }

    private Path built(String relative) {
        Path path = home.resolve(relative);
        if (!Files.exists(path)) {
            throw new CliFailure(path + " is missing: build it with `forebay build`");
        }
        return path;
    }
}
