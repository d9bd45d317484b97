package io.forebay.schema.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.forebay.proto.GetXattrReply;
import io.forebay.proto.GetXattrRequest;
import io.forebay.proto.LookupRequest;
import io.forebay.proto.MetadataServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class LocalCallsTest {
    private static final byte[] TOKEN = "a token".getBytes(StandardCharsets.UTF_8);
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir Path directory;

    /** What the clock is ahead of the real one. */
    private final AtomicLong ahead = new AtomicLong();

    private final InstantSource clock = () -> Instant.now().plusMillis(ahead.get());
    private final EchoService service = new EchoService();
    private Path socket;
    private LocalCallServer server;
    private LocalCallClient client;

    @BeforeEach
    void start() throws IOException {
        socket = directory.resolve("calls.sock");
        server = LocalCallServer.start(socket, TOKEN, List.of(service.bindService()));
        client = new LocalCallClient(socket, TOKEN, clock);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
        service.close();
    }

    @Test
    void theServiceAnswers() throws Exception {
        assertEquals("hello", say("hello"));
        assertEquals("from another thread", say("from another thread"));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
    }

    @Test
    void messagesMayBeLargerThanAnyBuffer() throws Exception {
        for (int bytes : List.of(8_100, 8_192, 8_300, 100_000, 5_000_000)) {
            String text = "x".repeat(bytes);
            assertEquals(text, say(text));
            assertEquals("small again", say("small again"));
        }
    }

    @Test
    void aRefusalArrivesWithItsReasonAndTheConnectionGoesOn() throws Exception {
        assertEquals("before", say("before"));
        StatusException refusal = assertThrows(StatusException.class, () -> say("refuse"));
        assertEquals(Status.Code.RESOURCE_EXHAUSTED, refusal.getStatus().getCode());
        assertEquals("The disk is full.", refusal.getStatus().getDescription());
        assertEquals("after", say("after"));
        assertEquals(1, service.threads());
    }

    @Test
    void whatTheServiceDoesNotHaveIsUnimplemented() throws Exception {
        StatusException refusal =
                assertThrows(
                        StatusException.class,
                        () ->
                                client.call(
                                        MetadataServiceGrpc.getLookupMethod(),
                                        LookupRequest.getDefaultInstance(),
                                        LONG));
        assertEquals(Status.Code.UNIMPLEMENTED, refusal.getStatus().getCode());
        assertEquals("after", say("after"));
    }

    @Test
    void whoDoesNotKnowTheTokenIsNotServed() throws Exception {
        try (LocalCallClient stranger = new LocalCallClient(socket, new byte[7], clock)) {
            assertNull(call(stranger, "hello", LONG));
            assertEquals(List.of(), service.asked());
        }
        assertEquals("hello", say("hello"));
    }

    @Test
    void whereNobodyListensNothingIsSentAndALaterServerIsFound() throws Exception {
        server.close();
        assertFalse(Files.exists(socket));
        assertNull(call(client, "nobody", LONG));
        server = LocalCallServer.start(socket, TOKEN, List.of(service.bindService()));
        assertNull(call(client, "too early", LONG));
        ahead.addAndGet(1_000);
        assertEquals("found", say("found"));
        assertEquals(List.of("found"), service.asked());
    }

    @Test
    void aServerThatEndsBreaksTheCallAndItsSuccessorAnswers() throws Exception {
        assertEquals("before", say("before"));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> waiting = threads.submit(() -> say("wait"));
            service.awaitWaiting();
            server.close();
            assertBroken(Status.Code.UNAVAILABLE, waiting);
        }
        server = LocalCallServer.start(socket, TOKEN, List.of(service.bindService()));
        ahead.addAndGet(1_000);
        assertEquals("after", say("after"));
    }

    @Test
    void anIdleConnectionWhoseServerHasEndedIsOneBrokenCallAndNoMore() throws Exception {
        assertEquals("before", say("before"));
        server.close();
        server = LocalCallServer.start(socket, TOKEN, List.of(service.bindService()));
        StatusException broken = assertThrows(StatusException.class, () -> say("lost"));
        assertEquals(Status.Code.UNAVAILABLE, broken.getStatus().getCode());
        assertEquals("after", say("after"));
    }

    @Test
    void aCallWhoseTimeIsUpEndsAtBothSides() throws Exception {
        StatusException late =
                assertThrows(
                        StatusException.class, () -> call(client, "wait", Duration.ofMillis(20)));
        assertEquals(Status.Code.DEADLINE_EXCEEDED, late.getStatus().getCode());
        service.awaitCancelled();
        assertEquals("after", say("after"));
    }

    @Test
    void aCallerWhoIsInterruptedLeaves() throws Exception {
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
            Future<String> waiting =
                    threads.submit(() -> {
                        assertThrows(InterruptedException.class, () -> say("wait"));
                        return Thread.currentThread().isInterrupted() ? "marked" : "clean";
                    });
            service.awaitWaiting();
            service.caller().interrupt();
            assertEquals("clean", waiting.get(30, TimeUnit.SECONDS));
        }
        service.awaitCancelled();
        assertEquals("after", say("after"));
    }

    @Test
    void manyCallersGetEachTheirOwnAnswer() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            List<Future<Integer>> callers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                String mine = "caller " + i + " asks ";
                callers.add(
                        threads.submit(() -> {
                            int right = 0;
                            for (int k = 0; k < 300; k++) {
                                right += say(mine + k).equals(mine + k) ? 1 : 0;
                            }
                            return right;
                        }));
            }
            for (Future<Integer> caller : callers) {
                assertEquals(300, caller.get(60, TimeUnit.SECONDS));
            }
        }
        assertTrue(service.threads() <= 16);
    }

    /** The client has an answer before the thread that gave it has returned from giving it. */
    @Test
    void answersOfDifferentThreadsOnOneConnectionDoNotMeet() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            List<Callable<Void>> callers = Collections.nCopies(16, this::alternate);
            for (Future<Void> caller : threads.invokeAll(callers)) {
                caller.get();
            }
        }
    }

    private @Nullable Void alternate() throws Exception {
        for (int i = 0; i < 2_000; i++) {
            assertEquals("from another thread", say("from another thread"));
            assertEquals("at once", say("at once"));
        }
        return null;
    }

    @Test
    void nonsenseEndsItsConnectionAndNoOther() throws Exception {
        assertEquals("before", say("before"));
        Random random = new Random(Long.getLong("forebay.seed", 7));
        for (int i = 0; i < 200; i++) {
            byte[] junk = new byte[1 + random.nextInt(300)];
            random.nextBytes(junk);
            boolean known = random.nextBoolean();
            try (SocketChannel intruder = connect()) {
                if (known) {
                    intruder.write(frame(TOKEN));
                }
                intruder.write(random.nextBoolean() ? frame(junk) : ByteBuffer.wrap(junk));
                intruder.shutdownOutput();
                ByteBuffer rest = ByteBuffer.allocate(4_096);
                while (intruder.read(rest.clear()) >= 0) {
                    // until the server has closed it
                }
            } catch (IOException e) {
                // it has closed it already
            }
        }
        assertEquals("after", say("after"));
    }

    @Test
    void aSecondRequestBeforeTheFirstAnswerEndsTheConnection() throws Exception {
        try (SocketChannel hasty = connect()) {
            hasty.write(frame(TOKEN));
            byte[] wait =
                    GetXattrRequest.newBuilder()
                            .setName(ByteString.copyFromUtf8("wait"))
                            .build()
                            .toByteArray();
            byte[] request =
                    ByteBuffer.allocate(9 + wait.length)
                            .put((byte) 8)
                            .put("GetXattr".getBytes(StandardCharsets.US_ASCII))
                            .put(wait)
                            .array();
            hasty.write(frame(request));
            service.awaitWaiting();
            hasty.write(frame(request));
            ByteBuffer greeting = ByteBuffer.allocate(64);
            while (hasty.read(greeting) >= 0) {
                // the greeting's answer, then the end
            }
            assertEquals(5, greeting.position());
        }
        service.awaitCancelled();
    }

    @Test
    void aPathThatIsTooLongIsSaid() {
        Path far = directory.resolve("d".repeat(120)).resolve("calls.sock");
        assertThrows(
                IOException.class,
                () -> LocalCallServer.start(far, TOKEN, List.of(service.bindService())).close());
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    private static ByteBuffer frame(byte[] content) {
        return ByteBuffer.allocate(4 + content.length).putInt(content.length).put(content).flip();
    }

    private String say(String text) throws Exception {
        String answer = call(client, text, LONG);
        assertNotNull(answer, "no way to the service");
        return answer;
    }

    private @Nullable String call(LocalCallClient by, String text, Duration most) throws Exception {
        service.calledBy(Thread.currentThread());
        GetXattrReply reply =
                by.call(
                        MetadataServiceGrpc.getGetXattrMethod(),
                        GetXattrRequest.newBuilder().setName(ByteString.copyFromUtf8(text)).build(),
                        most);
        return reply == null ? null : reply.getValue().toStringUtf8();
    }

    private static void assertBroken(Status.Code code, Future<?> call) {
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS));
        assertEquals(code, Status.fromThrowable(failure).getCode());
    }
}
