package io.forebay.e2e.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One more mount of the default workspace, on the same node or on another one. */
public record SecondMount(Process process, Path mountPoint) implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** One whose reads and writes go through its process. */
    public static SecondMount withoutPassthrough(Deployment deployment, Path mountPoint)
            throws IOException {
        return of(deployment, mountPoint, List.of("--no-passthrough"));
    }

    /**
     * @param more arguments of {@code forebay mount}
     */
    public static SecondMount of(Deployment deployment, Path mountPoint, List<String> more)
            throws IOException {
        Files.createDirectories(mountPoint);
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "mount",
                                "--control-plane",
                                deployment.status().path("endpoints").path("grpc").asText(),
                                "--workspace",
                                "default",
                                "--mount-point",
                                mountPoint.toString(),
                                "--node",
                                "local"));
        words.addAll(more);
        return by(
                deployment.launcher(words, LIMIT),
                mountPoint,
                deployment.state().resolve("logs/second-mount.log"));
    }

    /**
     * @param command which stays as long as the mount
     */
    public static SecondMount by(Command command, Path mountPoint, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command.words());
        builder.environment().putAll(command.environment());
        builder.redirectErrorStream(true);
        builder.redirectOutput(log.toFile());
        SecondMount mount = new SecondMount(builder.start(), mountPoint);
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!mount.mounted()) {
            if (!mount.process.isAlive() || System.nanoTime() - end > 0) {
                mount.close();
                throw new IOException(
                        "no second mount: "
                                + new String(Files.readAllBytes(log), StandardCharsets.UTF_8));
            }
            rest();
        }
        return mount;
    }

    /** Of the mount itself, below the command that started it. */
    public long pid() {
        return process.descendants().mapToLong(ProcessHandle::pid).max().orElse(process.pid());
    }

    public static long residentBytes(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        return 0;
    }

    /** As the process sees it, which may be on another node. */
    private boolean mounted() throws IOException {
        Path mounts = Path.of("/proc", Long.toString(process.pid()), "mounts");
        return process.isAlive()
                && Files.readString(mounts, StandardCharsets.ISO_8859_1)
                        .contains(" " + mountPoint + " ");
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
        new Command(List.of("umount", "-l", mountPoint.toString()), Map.of(), LIMIT).run();
    }

    private static void rest() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }
}
