package io.forebay.cli.process;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Whether something answers yet. A probe never waits for more than two seconds. */
public final class Probes {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int TIMEOUT_MILLIS = 2_000;

    private Probes() {}

    public static boolean healthy(int port) {
        try {
            URI uri = URI.create("http://127.0.0.1:" + port + "/q/health/ready");
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            return connection.getResponseCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    public static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port),
                    TIMEOUT_MILLIS);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** A stat of a directory, from a thread that may be left behind when the mount hangs. */
    public static boolean answers(Path directory) {
        FutureTask<Boolean> stat =
                new FutureTask<>(() -> Files.readAttributes(directory, "size") != null);
        Thread.ofPlatform().daemon().name("stat").start(stat);
        try {
            return stat.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | java.util.concurrent.ExecutionException notYet) {
            return false;
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
