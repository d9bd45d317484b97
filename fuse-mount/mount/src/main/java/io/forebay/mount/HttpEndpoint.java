package io.forebay.mount;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** {@code /q/health} and {@code /q/metrics} on loopback. */
final class HttpEndpoint implements AutoCloseable {
    private static final int OK = 200;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final HttpServer server;
    private final ExecutorService threads;

    private HttpEndpoint(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * @throws IOException when the port is taken
     */
    static HttpEndpoint start(int port, MountMetrics metrics) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.createContext("/q/health", exchange -> health(exchange, metrics.isAnswered()));
        server.createContext(
                "/q/metrics",
                exchange ->
                        answer(
                                exchange,
                                OK,
                                "text/plain; version=0.0.4; charset=utf-8",
                                metrics.scrape()));
        server.start();
        return new HttpEndpoint(server, threads);
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void health(HttpExchange exchange, boolean up) throws IOException {
        String status = up ? "UP" : "DOWN";
        answer(
                exchange,
                up ? OK : SERVICE_UNAVAILABLE,
                "application/json",
                "{\"status\":\"%s\",\"checks\":[{\"name\":\"control plane\",\"status\":\"%s\"}]}"
                        .formatted(status, status));
    }

    private static void answer(HttpExchange exchange, int code, String type, String text)
            throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
