package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.otlp.Collector;
import io.forebay.e2e.otlp.ReceivedSpan;
import io.forebay.e2e.system.Deployment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One trace from the close of a file to its object, across the three processes. */
final class TraceTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String MOUNT = "forebay-mount";
    private static final String CONTROL_PLANE = "forebay-control-plane";
    private static final String WORKER = "forebay-worker";

    /** Three parts of a multipart upload. */
    private static final int LARGE = (16 << 20) + 5;

    @TempDir private Path directory;

    @Test
    void aTraceReachesFromTheCloseToTheObject() throws Exception {
        Needs.fuse();
        try (Collector collector = Collector.http();
                Deployment deployment =
                        new Deployment(Deployment.home(), directory, collector.environment())) {
            deployment.up();
            Files.write(deployment.mountPoint().resolve("large"), new byte[LARGE]);
            Files.write(deployment.mountPoint().resolve("small"), new byte[10]);
            deployment.flush(deployment.mountPoint(), LIMIT);
            String large = wholeTrace(collector, deployment, "large", LARGE);
            String small = wholeTrace(collector, deployment, "small", 10);
            assertNotEquals(large, small, "each close has a trace of its own");
        }
    }

    /**
     * The id of the trace that brought this key to the bucket, after a look at all of its spans.
     */
    private static String wholeTrace(
            Collector collector, Deployment deployment, String key, long size) throws Exception {
        Eventually.holds(
                "the spans of " + key + " arrive: " + collector.spans() + deployment.logs(),
                LIMIT,
                () -> chain(collector, key).isPresent());
        List<ReceivedSpan> chain = chain(collector, key).orElseThrow();
        ReceivedSpan close = chain.getFirst();
        ReceivedSpan upload = chain.get(2);
        assertEquals("", close.parentId(), "the close is where it begins");
        assertEquals(
                List.of(MOUNT, CONTROL_PLANE, WORKER, WORKER),
                chain.stream().map(ReceivedSpan::service).toList());
        assertEquals(Long.toString(size), upload.attributes().get("forebay.bytes"));
        assertEquals("0", upload.attributes().get("forebay.attempt"));
        assertEquals(close.attributes().get("forebay.ino"), upload.attributes().get("forebay.ino"));
        List<ReceivedSpan> all = collector.trace(close.traceId());
        assertEquals(List.of(), all.stream().filter(span -> !span.problem().isEmpty()).toList());
        ReceivedSpan commit = only(all, "metadata.commit");
        assertEquals(close.spanId(), commit.parentId());
        assertEquals(CONTROL_PLANE, commit.service());
        assertEquals(5, all.size(), "nothing else: " + all);
        return close.traceId();
    }

    /** Close, release, upload, publication, each the parent of the next; when all have arrived. */
    private static Optional<List<ReceivedSpan>> chain(Collector collector, String key) {
        return collector.spans().stream()
                .filter(span -> span.name().equals("flush.upload"))
                .filter(span -> key.equals(span.attributes().get("forebay.key")))
                .map(upload -> chain(collector.trace(upload.traceId()), upload))
                .filter(chain -> chain.size() == 4)
                .findFirst();
    }

    private static List<ReceivedSpan> chain(List<ReceivedSpan> trace, ReceivedSpan upload) {
        List<ReceivedSpan> releases =
                trace.stream()
                        .filter(span -> span.name().equals("metadata.release"))
                        .filter(span -> span.spanId().equals(upload.parentId()))
                        .toList();
        List<ReceivedSpan> closes =
                trace.stream()
                        .filter(span -> span.name().equals("fuse.flush"))
                        .filter(span ->
                                releases.stream()
                                        .anyMatch(each -> each.parentId().equals(span.spanId())))
                        .toList();
        List<ReceivedSpan> publications =
                trace.stream()
                        .filter(span -> span.name().equals("flush.publish"))
                        .filter(span -> span.parentId().equals(upload.spanId()))
                        .toList();
        return Stream.of(closes, releases, List.of(upload), publications)
                .flatMap(List::stream)
                .toList();
    }

    private static ReceivedSpan only(List<ReceivedSpan> spans, String name) {
        List<ReceivedSpan> found = spans.stream().filter(span -> span.name().equals(name)).toList();
        assertEquals(1, found.size(), () -> name + " in " + spans);
        return found.getFirst();
    }

    /**
     * The store refuses keys whose parts are longer than its file system's names, so that an upload
     * fails until the file has another name. By gRPC, the other protocol.
     */
    @Test
    void aFailedUploadIsAnErrorWhereItFailedAndTheTraceGoesOn() throws Exception {
        Needs.fuse();
        try (Collector collector = Collector.grpc();
                Deployment deployment =
                        new Deployment(Deployment.home(), directory, collector.environment())) {
            deployment.up();
            Path refused = deployment.mountPoint().resolve("\u0001".repeat(100));
            Files.write(refused, new byte[10]);
            Eventually.holds(
                    "the failure arrives" + deployment.logs(),
                    LIMIT,
                    () ->
                            failures(collector, "flush.publish").count() > 0
                                    && failures(collector, "flush.upload").count() > 0);
            ReceivedSpan publish = failures(collector, "flush.publish").findFirst().orElseThrow();
            List<ReceivedSpan> trace = collector.trace(publish.traceId());
            assertTrue(
                    trace.stream()
                            .filter(span -> !span.service().equals(WORKER))
                            .allMatch(span -> span.problem().isEmpty()),
                    "nobody else failed: " + trace);
            Files.move(refused, deployment.mountPoint().resolve("accepted"));
            Eventually.holds(
                    "the upload goes well in the same trace" + deployment.logs(),
                    LIMIT,
                    () -> chain(collector, "accepted").isPresent());
            ReceivedSpan upload = chain(collector, "accepted").orElseThrow().get(2);
            assertEquals("", upload.problem());
            assertEquals(publish.traceId(), upload.traceId());
        }
    }

    private static Stream<ReceivedSpan> failures(Collector collector, String name) {
        return collector.spans().stream()
                .filter(span -> span.name().equals(name))
                .filter(span -> !span.problem().isEmpty());
    }
}
