package io.forebay.e2e.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands before an object store, keeps what its clients say, asks a {@link Watch} of each request,
 * and can fall silent: then it takes connections and requests, and answers none.
 */
public final class Relay implements AutoCloseable {
    private static final Watch NO_WATCH = (_, _) -> Verdict.GO_ON;
    private static final int SAID_CHARACTERS_MAX = 1 << 20;

    private final ServerSocket server;
    private final int store;
    private final Watch watch;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final StringBuilder said = new StringBuilder(); // guarded by itself
    private volatile boolean silent;

    private Relay(ServerSocket server, int store, Watch watch) {
        this.server = server;
        this.store = store;
        this.watch = watch;
    }

    /** Before the one that listens on a port of this machine. */
    public static Relay to(int store) throws IOException {
        return to(store, NO_WATCH);
    }

    /** As {@link #to(int)}; the store need not run yet, or all the time. */
    public static Relay to(int store, Watch watch) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Relay relay = new Relay(server, store, watch);
        Thread.ofVirtual().start(relay::accept);
        return relay;
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    public void silence() {
        silent = true;
    }

    /** Answers again, on new connections: of an old one, requests are missing. */
    public void answer() throws IOException {
        hangUp();
        silent = false;
    }

    /** Ends all connections, as a store that dies does: an idle one would not notice that here. */
    public void hangUp() throws IOException {
        for (Socket each : open) {
            each.close();
        }
    }

    /** The heads of all requests since this was asked last, or of the latest if they are many. */
    public String said() {
        synchronized (said) {
            String all = said.toString();
            said.setLength(0);
            return all;
        }
    }

    /** Whether a request with this text in its head has come since {@link #said} was asked last. */
    public boolean heard(String text) {
        synchronized (said) {
            return said.indexOf(text) >= 0;
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            if (!server.isClosed()) {
                throw new UncheckedIOException(closed);
            }
        }
    }

    /** A connection that breaks on one side breaks on the other. */
    private void serve(Socket client) {
        try (client;
                Socket behind = new Socket(InetAddress.getLoopbackAddress(), store)) {
            open.add(behind);
            try {
                converse(new Conversation(client, behind, watch));
            } finally {
                open.remove(behind);
            }
        } catch (IOException broken) {
            return; // as the client sees
        } finally {
            open.remove(client);
        }
    }

    private void converse(Conversation conversation) throws IOException {
        boolean more = true;
        while (more) {
            Optional<Head> request = conversation.hear();
            if (request.isEmpty()) {
                return;
            }
            note(request.get().text());
            if (silent) {
                conversation.ignore();
                return;
            }
            more = conversation.forward(request.get());
        }
    }

    private void note(String text) {
        synchronized (said) {
            if (said.length() > SAID_CHARACTERS_MAX) {
                said.setLength(0);
            }
            said.append(text);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        hangUp();
    }
}
