package io.forebay.e2e.chaos.site;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.e2e.DataPath;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.relay.Relay;
import io.forebay.e2e.relay.Watch;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import io.forebay.e2e.system.SecondMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An instance that drains through a relay to an object store of its own, mounted twice: with
 * passthrough and without.
 */
public final class Site implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String FLUSH_DELAY_MILLIS = "300";

    /** No supervisor shall tire of the kills. */
    private static final String HEALTHY_AFTER_MILLIS = "1000";

    private static final int FSCK_TRIES = 10;
    private static final long FSCK_PAUSE_MILLIS = 2_000;

    private final Path directory;
    private final StoreProcess store;
    private final Relay relay;
    private final Deployment deployment;
    private final SecondMount daemon;

    private Site(
            Path directory,
            StoreProcess store,
            Relay relay,
            Deployment deployment,
            SecondMount daemon) {
        this.directory = directory;
        this.store = store;
        this.relay = relay;
        this.deployment = deployment;
        this.daemon = daemon;
    }

    /**
     * @param watch of all requests to the object store
     */
    public static Site start(Path directory, StoreProcess store, Watch watch) throws Exception {
        Deployment deployment = new Deployment(Deployment.home(), directory, environment());
        Relay relay = Relay.to(store.port(), watch);
        try {
            deployment.up(
                    "--bucket",
                    StoreProcess.BUCKET,
                    "--s3-endpoint",
                    relay.endpoint(),
                    "--flush-delay-millis",
                    FLUSH_DELAY_MILLIS,
                    "--healthy-after-millis",
                    HEALTHY_AFTER_MILLIS);
            List<String> more =
                    List.of("--no-passthrough", "--record", recordIn(directory).toString());
            SecondMount daemon = SecondMount.of(deployment, directory.resolve("daemon"), more);
            return new Site(directory, store, relay, deployment, daemon);
        } catch (IOException | RuntimeException failed) {
            deployment.close();
            relay.close();
            throw failed;
        }
    }

    private static Map<String, String> environment() {
        Map<String, String> all = new HashMap<>(StoreProcess.KEYS);
        all.put("FOREBAY_WORKER_UNTOLD_UPLOAD_SECONDS", "1"); // a round must see them go
        return all;
    }

    private static Path recordIn(Path directory) {
        return directory.resolve("daemon.pid");
    }

    public Path root(DataPath path) {
        return switch (path) {
            case PASSTHROUGH -> deployment.mountPoint();
            case PROCESS -> daemon.mountPoint();
        };
    }

    /** Returns when it has the signal; what does not start it again, this does. */
    public void kill(Victim victim, DataPath path) {
        try {
            switch (victim) {
                case MOUNT -> kill(mountPid(path));
                case WORKER, CONTROL_PLANE -> kill(deployment.recordedPid(victim.label()));
                case OBJECT_STORE -> {
                    store.kill();
                    relay.hangUp();
                    store.startAgain();
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Kills the successor of one that was killed.
     *
     * @param works whether it may begin to work before; else it dies while it starts
     */
    public void killAgain(Victim victim, DataPath path, boolean works) throws Exception {
        if (works) {
            awaitProcesses();
        } else {
            Eventually.holds(
                    "another " + victim.label() + " has been started",
                    LIMIT,
                    () -> isAlive(victim, path));
        }
        kill(victim, path);
    }

    private boolean isAlive(Victim victim, DataPath path) throws IOException {
        return switch (victim) {
            case MOUNT -> isAlive(mountPid(path));
            case WORKER, CONTROL_PLANE -> isAlive(deployment.recordedPid(victim.label()));
            case OBJECT_STORE -> store.isAlive();
        };
    }

    private static void kill(long pid) {
        if (!ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false)) {
            throw new IllegalStateException("there is no process " + pid + " to kill");
        }
    }

    private long mountPid(DataPath path) throws IOException {
        return switch (path) {
            case PASSTHROUGH -> deployment.recordedPid("mount");
            case PROCESS ->
                    new ObjectMapper()
                            .readTree(Files.readString(recordIn(directory)))
                            .path("pid")
                            .asLong(-1);
        };
    }

    /** Returns when each process that was killed has a successor that works. */
    public void awaitProcesses() throws Exception {
        store.awaitListening();
        for (String process : List.of("control plane", "worker")) {
            String server = process.equals("worker") ? process : "graphql";
            Eventually.holds(
                    "the " + process + " is back",
                    LIMIT,
                    () -> isAlive(deployment.recordedPid(process)) && isReady(server));
        }
        for (DataPath path : DataPath.values()) {
            Eventually.holds(
                    "the mount at " + root(path) + " is back",
                    LIMIT,
                    () -> isAlive(mountPid(path)) && answers(root(path)));
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private boolean isReady(String server) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection)
                        deployment.http(server).resolve("/q/health/ready").toURL().openConnection();
        connection.setConnectTimeout(1_000);
        connection.setReadTimeout(5_000);
        try {
            return connection.getResponseCode() == 200;
        } catch (IOException notYet) {
            return false;
        } finally {
            connection.disconnect();
        }
    }

    private static boolean answers(Path root) {
        return new Command(List.of("stat", "-f", root.toString()), Map.of(), LIMIT).run().status()
                == 0;
    }

    /** Has all that is closed uploaded now; whether it is there. */
    public boolean flush(boolean wait) {
        return deployment
                .graphql(
                        """
                        mutation($wait: Boolean!) {
                          flush(workspace: "default", path: "/", wait: $wait, timeoutSeconds: 5) {
                            settled } }
                        """,
                        Map.of("wait", wait))
                .path("flush")
                .path("settled")
                .asBoolean();
    }

    public void evict(String path) {
        deployment.graphql(
                """
                mutation($path: String!) {
                  evict(workspace: "default", path: $path) { requested } }
                """,
                Map.of("path", "/" + path));
    }

    public boolean isStaged(String path) {
        return deployment.file("/" + path).path("staged").asBoolean();
    }

    /** For the message of a failure. */
    public String says(String path) {
        return deployment.file("/" + path).toString();
    }

    /**
     * What the product's own check says that is not as it should be. A part that could not be
     * looked at is looked at again, for a while.
     */
    public List<String> fsck() throws Exception {
        Fsck check = new Fsck(deployment);
        List<String> complaints = check.complaints();
        for (int i = 0; i < FSCK_TRIES && Fsck.isIncomplete(complaints); i++) {
            Thread.sleep(FSCK_PAUSE_MILLIS);
            complaints = check.complaints();
        }
        return complaints;
    }

    public Path logs() {
        return deployment.state().resolve("logs");
    }

    @Override
    public void close() throws IOException {
        daemon.close();
        deployment.close();
        relay.close();
    }
}
