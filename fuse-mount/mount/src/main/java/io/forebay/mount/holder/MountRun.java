package io.forebay.mount.holder;

import io.forebay.transport.posix.UnixSocket;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One mount process, from its start to its end. Owned by the holder's thread. */
final class MountRun {
    private static final String CACHE = "-XX:AOTCache=";

    /** An undisturbed end takes milliseconds. */
    private static final Duration DYING = Duration.ofSeconds(1);

    private final Process process;
    private final Instant started;

    /** Its connection, once it has said hello. */
    private @Nullable UnixSocket socket;

    private boolean disconnected = true;
    private @Nullable Integer status;
    private @Nullable Instant servingSince;
    private Instant lastSign;
    private int stuckSeconds;
    private @Nullable Instant dyingSince;

    private MountRun(Process process, Instant started) {
        this.process = process;
        this.started = started;
        this.lastSign = started;
    }

    /** Starts a mount process of the same Java and class path as this one. */
    static MountRun start(HolderArguments arguments, Path socket, Instant now) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(fitting(arguments.jvm()));
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.forebay.mount.MountMain"));
        command.addAll(arguments.mount());
        command.addAll(List.of("--holder", socket.toString()));
        return new MountRun(new ProcessBuilder(command).inheritIO().start(), now);
    }

    /**
     * Without an AOT cache that is older than one of the jars: they may be new ones since the
     * holder started, and the JVM would run the classes of the old ones.
     */
    static List<String> fitting(List<String> jvm) {
        return jvm.stream().filter(flag -> !flag.startsWith(CACHE) || fits(flag)).toList();
    }

    private static boolean fits(String flag) {
        File cache = new File(flag.substring(CACHE.length()));
        String jars = System.getProperty("java.class.path");
        return cache.exists()
                && Stream.of(jars.split(File.pathSeparator))
                        .noneMatch(jar -> new File(jar).lastModified() > cache.lastModified());
    }

    long pid() {
        return process.pid();
    }

    Process process() {
        return process;
    }

    @Nullable UnixSocket socket() {
        return socket;
    }

    void connected(UnixSocket own, Instant now) {
        socket = own;
        disconnected = false;
        lastSign = now;
    }

    void disconnected() {
        disconnected = true;
    }

    void ended(int exitStatus) {
        status = exitStatus;
    }

    /** Whether it has ended, and all that it had sent was taken. */
    boolean isOver() {
        return status != null && disconnected;
    }

    int status() {
        return status == null ? -1 : status;
    }

    void serving(Instant now) {
        servingSince = now;
    }

    boolean hasServed() {
        return servingSince != null;
    }

    /** How long it served. */
    Duration served(Instant now) {
        return servingSince == null ? Duration.ZERO : Duration.between(servingSince, now);
    }

    void sign(Instant now, int stuck) {
        lastSign = now;
        stuckSeconds = stuck;
    }

    /** Why it is taken for hung; null when it is not. */
    @Nullable String hung(Instant now, Duration bound) {
        if (bound.isZero() || status != null || servingSince == null) {
            return null;
        }
        if (Duration.between(lastSign, now).compareTo(bound) > 0) {
            return "it gives no sign of life";
        }
        return stuckSeconds > bound.toSeconds() ? "a request is stuck" : null;
    }

    Instant started() {
        return started;
    }

    /**
     * Whether it was killed, and yet cannot end: a thread of it waits in the kernel, unkillable,
     * for a lock that is held until somebody answers a request (a notification of a name, {@code
     * fuse_reverse_inval_entry}). Nobody but its successor can give that answer. No code of it runs
     * any more, and what it had sent was taken, when it has been so for a while.
     */
    boolean isStuckDying(Instant now) {
        if (status != null || !ProcessState.isZombie(pid())) {
            dyingSince = null;
            return false;
        }
        if (dyingSince == null) {
            dyingSince = now;
        }
        return Duration.between(dyingSince, now).compareTo(DYING) >= 0;
    }

    /** Has its threads written to its log, and kills it. */
    void dumpAndKill() {
        try {
            Process quit =
                    new ProcessBuilder("kill", "-QUIT", Long.toString(pid())).inheritIO().start();
            quit.waitFor(5, TimeUnit.SECONDS);
            process.waitFor(3, TimeUnit.SECONDS); // the time that writing them takes
        } catch (IOException noKill) {
            System.err.println("threads cannot be dumped: the program `kill` is missing");
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    /** Writes which process serves, in the form that `forebay status` reads. */
    void record(Path file) throws IOException {
        String ticks = ProcessState.startTicks(pid());
        String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        String json =
                "{\"pid\":%d,\"startTicks\":%s,\"bootId\":\"%s\"}".formatted(pid(), ticks, boot);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(
                fresh,
                json,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC); // a loss of power must not leave an empty one
        Files.move(
                fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
