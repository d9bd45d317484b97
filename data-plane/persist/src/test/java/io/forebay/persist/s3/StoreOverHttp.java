package io.forebay.persist.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An object store that answers each request as a test says. */
abstract class StoreOverHttp {
    final HttpServer server;

    StoreOverHttp() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    final void serve() {
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    final void stop() {
        server.stop(0);
    }

    abstract void answer(HttpExchange exchange) throws IOException;
}
