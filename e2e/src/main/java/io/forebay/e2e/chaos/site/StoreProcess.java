package io.forebay.e2e.chaos.site;

import io.forebay.e2e.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The local object store as a process of its own, which can be killed and started again. */
public final class StoreProcess implements AutoCloseable {
    static final String BUCKET = "chaos";

    static final Map<String, String> KEYS =
            Map.of("AWS_ACCESS_KEY_ID", "chaos", "AWS_SECRET_ACCESS_KEY", "chaos-of-the-matrix");

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String APPLICATION = "data-plane/local-s3/target";

    private final Path home;
    private final Path directory;
    private final int port;
    private Process process; // guarded by this

    private StoreProcess(Path home, Path directory, int port) throws IOException {
        this.home = home;
        this.directory = directory;
        this.port = port;
        this.process = launch();
    }

    /**
     * @param directory for the objects, and beside it for the log
     */
    public static StoreProcess start(Path home, Path directory) throws Exception {
        int port;
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = any.getLocalPort();
        }
        Files.createDirectories(directory);
        StoreProcess store = new StoreProcess(home, directory, port);
        store.awaitListening();
        return store;
    }

    int port() {
        return port;
    }

    public Bucket bucket() {
        return new Bucket(directory.resolve(BUCKET));
    }

    synchronized void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    synchronized void startAgain() throws IOException {
        process = launch();
    }

    synchronized boolean isAlive() {
        return process.isAlive();
    }

    void awaitListening() throws Exception {
        Eventually.holds("the object store listens", LIMIT, this::listens);
    }

    private boolean listens() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private Process launch() throws IOException {
        Path application = home.resolve(APPLICATION);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-Xss512k", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        command.addAll(List.of("-cp", application + "/*:" + application + "/lib/*"));
        command.add("io.forebay.locals3.LocalS3Main");
        command.addAll(List.of("--directory", directory.toString()));
        command.addAll(List.of("--port", Integer.toString(port), "--bucket", BUCKET));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(KEYS);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        return builder.start();
    }

    private Path log() {
        return directory.resolveSibling("object-store.log");
    }

    @Override
    public synchronized void close() {
        process.destroyForcibly();
    }
}
