package io.forebay.e2e.posix;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.Kill;
import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import io.forebay.e2e.system.SecondMount;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One instance with two mounts of one workspace, one for each {@link DataPath}. */
public final class TwoMounts implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private @Nullable Deployment deployment;
    private @Nullable SecondMount second;

    /** Skips where a mount cannot be. */
    public void start(Path directory) throws IOException {
        start(directory, Map.of());
    }

    /**
     * As {@link #start(Path)}.
     *
     * @param environment of the instance's processes, beside the usual variables
     */
    public void start(Path directory, Map<String, String> environment) throws IOException {
        Needs.fuse();
        Needs.root();
        Deployment started = new Deployment(Deployment.home(), directory, environment);
        deployment = started;
        started.up();
        second = SecondMount.withoutPassthrough(started, directory.resolve("second"));
    }

    public Deployment deployment() {
        return Objects.requireNonNull(deployment);
    }

    public Path root(DataPath path) {
        return switch (path) {
            case PASSTHROUGH -> deployment().mountPoint();
            case PROCESS -> Objects.requireNonNull(second).mountPoint();
        };
    }

    /** One that has seen nothing yet takes the place of the second mount. */
    void remountSecond() throws IOException {
        SecondMount before = Objects.requireNonNull(second);
        before.close();
        second = SecondMount.withoutPassthrough(deployment(), before.mountPoint());
    }

    /** SIGKILL for a process as status names it; returns when its successor runs. */
    public void kill(String process) throws Exception {
        Kill.andAwaitSuccessor(deployment(), process);
    }

    /** SIGKILL for the process that serves a mount; returns when its successor runs. */
    public void killServer(DataPath path) throws Exception {
        if (path == DataPath.PASSTHROUGH) {
            kill("mount");
            return;
        }
        SecondMount mount = Objects.requireNonNull(second);
        long before = mount.pid();
        ProcessHandle.of(before).orElseThrow().destroyForcibly();
        Eventually.holds("another serves it", LIMIT, () -> mount.pid() > before);
    }

    /** Every call that waits for one of them fails from now on. */
    public void abort() {
        for (DataPath path : DataPath.values()) {
            String at = root(path).toString();
            new Command(List.of("umount", "-f", at), Map.of(), LIMIT).run();
        }
    }

    /** Ends when all that was closed is in the bucket. */
    public void flush(Duration limit) {
        deployment().flush(deployment().mountPoint(), limit);
    }

    /** Returns when the bucket alone has the content of a file, named from the root. */
    public void evict(String name) throws Exception {
        Deployment of = deployment();
        Path path = of.mountPoint().resolve(name);
        Command.Outcome outcome = of.launcher(List.of("evict", path.toString()), LIMIT).run();
        if (outcome.status() != 0) {
            throw new AssertionError(outcome.all());
        }
        Eventually.holds(
                "the local copy goes",
                LIMIT,
                () -> !of.file("/" + name).path("staged").asBoolean(true));
    }

    public String logs() {
        return deployment().logs();
    }

    @Override
    public void close() {
        if (second != null) {
            second.close();
        }
        if (deployment != null) {
            deployment.close();
        }
    }
}
