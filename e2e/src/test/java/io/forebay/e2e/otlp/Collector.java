package io.forebay.e2e.otlp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes traces by OTLP on loopback, by one of its two protocols, and keeps them. */
public final class Collector implements AutoCloseable {
    private final List<ReceivedSpan> spans = new CopyOnWriteArrayList<>();
    private final String protocol;
    private final int port;
    private final Runnable stop;

    private Collector(String protocol) throws IOException {
        this.protocol = protocol;
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (protocol.equals("grpc")) {
            Server server =
                    NettyServerBuilder.forAddress(any).addService(new Traces()).build().start();
            this.port = server.getPort();
            this.stop = server::shutdownNow;
        } else {
            HttpServer server = HttpServer.create(any, 0);
            server.createContext("/v1/traces", this::answer);
            server.start();
            this.port = server.getAddress().getPort();
            this.stop = () -> server.stop(0);
        }
    }

    /** The protocol that is used where none is named. */
    public static Collector http() throws IOException {
        return new Collector("http/protobuf");
    }

    public static Collector grpc() throws IOException {
        return new Collector("grpc");
    }

    /** What points a process at this collector; the protocol is named where it must be. */
    public Map<String, String> environment() {
        String endpoint = "http://127.0.0.1:" + port;
        return protocol.equals("grpc")
                ? Map.of(
                        "OTEL_EXPORTER_OTLP_ENDPOINT",
                        endpoint,
                        "OTEL_EXPORTER_OTLP_PROTOCOL",
                        protocol)
                : Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    }

    /** All that arrived so far. */
    public List<ReceivedSpan> spans() {
        return List.copyOf(spans);
    }

    /** The spans of one trace that arrived so far. */
    public List<ReceivedSpan> trace(String traceId) {
        return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
    }

    @Override
    public void close() {
        stop.run();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            keep(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()));
            byte[] reply = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, reply.length == 0 ? -1 : reply.length);
        }
    }

    private void keep(ExportTraceServiceRequest request) {
        for (ResourceSpans resource : request.getResourceSpansList()) {
            String service =
                    resource.getResource().getAttributesList().stream()
                            .filter(attribute -> attribute.getKey().equals("service.name"))
                            .map(KeyValue::getValue)
                            .map(value -> value.getStringValue())
                            .findFirst()
                            .orElse("");
            resource.getScopeSpansList().stream()
                    .flatMap(scope -> scope.getSpansList().stream())
                    .map(span -> ReceivedSpan.of(service, span))
                    .forEach(spans::add);
        }
    }

    private final class Traces extends TraceServiceGrpc.TraceServiceImplBase {
        @Override
        public void export(
                ExportTraceServiceRequest request,
                StreamObserver<ExportTraceServiceResponse> client) {
            keep(request);
            client.onNext(ExportTraceServiceResponse.getDefaultInstance());
            client.onCompleted();
        }
    }
}
