package io.forebay.e2e.posix;

import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Deployment;
import io.forebay.e2e.system.SecondMount;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One instance with two mounts of one workspace, one for each {@link DataPath}. */
final class TwoMounts implements AutoCloseable {
    private @Nullable Deployment deployment;
    private @Nullable SecondMount second;

    /** Skips where a mount cannot be. */
    void start(Path directory) throws IOException {
        Needs.fuse();
        Needs.root();
        Deployment started = new Deployment(Deployment.home(), directory);
        deployment = started;
        started.up();
        second = SecondMount.withoutPassthrough(started, directory.resolve("second"));
    }

    Path root(DataPath path) {
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

    /** Ends when all that was closed is in the bucket. */
    void flush(Duration limit) {
        deployment().flush(deployment().mountPoint(), limit);
    }

    String logs() {
        return deployment().logs();
    }

    private Deployment deployment() {
        return Objects.requireNonNull(deployment);
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
