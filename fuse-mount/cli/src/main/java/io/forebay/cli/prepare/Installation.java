package io.forebay.cli.prepare;

import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Fuse;
import io.forebay.cli.state.ProcessName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Where the built applications, their Java and their AOT caches are. */
public record Installation(Path home, Path java, AotCaches caches) {
    /** It holds descriptors, which take no heap. */
    private static final String HOLDER_HEAP = "24m";

    private static final String JNR = "jnr";

    /** Where each process has its jars, and so the adapter for libfuse. */
    private static final Map<String, String> APPLICATIONS =
            Map.of(
                    AotCaches.COMMAND_LINE,
                    "fuse-mount/cli/target",
                    ProcessName.HOLDER.fileName(),
                    "fuse-mount/mount/target",
                    ProcessName.MOUNT.fileName(),
                    "fuse-mount/mount/target",
                    JNR,
                    "fuse-mount/jnr/target",
                    ProcessName.WORKER.fileName(),
                    "data-plane/server/target/quarkus-app",
                    ProcessName.CONTROL_PLANE.fileName(),
                    "control-plane/server/target/quarkus-app",
                    ProcessName.OBJECT_STORE.fileName(),
                    "data-plane/local-s3/target");

    /** As the launcher says in the system property {@code forebay.home}. */
    public static Installation current() {
        String home = Objects.requireNonNullElse(System.getProperty("forebay.home"), "");
        if (home.isEmpty()) {
            throw new CliFailure("start the command through the launcher `forebay`");
        }
        return new Installation(
                Path.of(home),
                Path.of(System.getProperty("java.home"), "bin", "java"),
                AotCaches.madeIn(Path.of(home)));
    }

    /** The same programs, each of which writes its cache when it ends. */
    public Installation recordingTo(Path directory) {
        return new Installation(home, java, new AotCaches(directory, true));
    }

    public Path controlPlane() {
        return application(ProcessName.CONTROL_PLANE.fileName()).resolve("quarkus-run.jar");
    }

    public Path worker() {
        return application(ProcessName.WORKER.fileName()).resolve("quarkus-run.jar");
    }

    public String objectStoreClassPath() {
        return classPath(ProcessName.OBJECT_STORE);
    }

    public String mountClassPath() {
        return classPath(ProcessName.MOUNT);
    }

    /**
     * The command that mounts, up to the mount's own arguments: a small process that keeps the
     * mount, and starts the one that serves it.
     *
     * @param fuse what speaks with the kernel; with libfuse, its adapter is behind the mount's own
     *     class path
     */
    public List<String> holder(Fuse fuse) {
        List<String> command = java(ProcessName.HOLDER.fileName(), HOLDER_HEAP);
        command.add("-XX:TieredStopAtLevel=1");
        String classPath = mountClassPath();
        if (fuse == Fuse.JNR) {
            classPath += ":" + classPath(application(JNR));
        }
        command.addAll(List.of("-cp", classPath, "io.forebay.mount.holder.HolderMain"));
        mountFlags().forEach(flag -> command.add("--jvm=" + flag));
        if (fuse != Fuse.KERNEL) {
            command.addAll(List.of("--fuse", fuse.word()));
        }
        return command;
    }

    /**
     * The words that start Java for a process of ours, up to its own flags.
     *
     * @param process as its cache is named
     */
    public List<String> java(String process, String heap) {
        List<String> words = new ArrayList<>(List.of(java.toString()));
        words.addAll(flags(process, heap));
        return words;
    }

    /** Its AOT cache, native access for FFM, and the small collector. */
    private List<String> flags(String process, String heap) {
        List<String> flags = new ArrayList<>(caches.flags(process, application(process)));
        flags.addAll(
                List.of(
                        "-Xmx" + heap,
                        "-Xss512k",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-XX:+ExitOnOutOfMemoryError",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow"));
        return flags;
    }

    /**
     * The mount's heap holds inodes in use. Payloads lie in native memory, bounded here, and so do
     * 20 to 40 bytes for each inode that the kernel keeps, which takes a kilobyte of the kernel's
     * own.
     */
    private List<String> mountFlags() {
        List<String> flags = flags(ProcessName.MOUNT.fileName(), "96m");
        flags.add("-XX:MaxDirectMemorySize=1g");
        return flags;
    }

    private String classPath(ProcessName process) {
        return classPath(application(process.fileName()));
    }

    private static String classPath(Path directory) {
        return directory + "/*:" + directory + "/lib/*";
    }

    private Path application(String process) {
        Path path = home.resolve(Objects.requireNonNull(APPLICATIONS.get(process)));
        if (!Files.exists(path)) {
            throw new CliFailure(path + " is missing: build it with `forebay build`");
        }
        return path;
    }
}
