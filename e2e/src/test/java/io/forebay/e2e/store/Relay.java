package io.forebay.e2e.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands before an object store, keeps what its clients say, and can fall silent: then it takes
 * connections and requests, and answers none.
 */
final class Relay implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ServerSocket server;
    private final int store;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final StringBuilder said = new StringBuilder(); // guarded by itself
    private volatile boolean silent;

    private Relay(ServerSocket server, int store) {
        this.server = server;
        this.store = store;
    }

    /** Before the one that listens on a port of this machine. */
    static Relay to(int store) throws IOException {
        Relay relay = new Relay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), store);
        Thread.ofVirtual().start(relay::accept);
        return relay;
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    void silence() {
        silent = true;
    }

    /** Answers again, on new connections: of an old one, requests are missing. */
    void answer() throws IOException {
        closeConnections();
        silent = false;
    }

    /** All requests, their lines of headers among them, since this was asked last. */
    String said() {
        synchronized (said) {
            String all = said.toString();
            said.setLength(0);
            return all;
        }
    }

    /** Whether a request with this text has come since {@link #said} was asked last. */
    boolean heard(String text) {
        synchronized (said) {
            return said.indexOf(text) >= 0;
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket behind = new Socket(InetAddress.getLoopbackAddress(), store);
                open.add(client);
                open.add(behind);
                Thread.ofVirtual().start(() -> pump(client, behind, true));
                Thread.ofVirtual().start(() -> pump(behind, client, false));
            }
        } catch (IOException closed) {
            if (!server.isClosed()) {
                throw new UncheckedIOException(closed);
            }
        }
    }

    private void pump(Socket from, Socket to, boolean requests) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (requests) {
                    note(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
                }
                if (!silent) {
                    out.write(buffer, 0, count);
                }
            }
        } catch (IOException ended) {
            open.remove(from); // as does the other direction with its own
        }
    }

    private void note(String text) {
        synchronized (said) {
            said.append(text);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        closeConnections();
    }

    private void closeConnections() throws IOException {
        for (Socket each : open) {
            each.close();
        }
    }
}
