package io.forebay.transport.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.UnixSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StagedFileSocketTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CountDownLatch back = new CountDownLatch(1);

    @TempDir Path directory;

    private Path socket = Path.of("");

    @BeforeEach
    void choosePath() {
        socket = directory.resolve("run/worker.sock");
    }

    /** A token names a file; "no" is refused, and "evicted" comes back when it is let go. */
    private NativeFile handle(byte[] token, boolean atOnce) {
        String name = new String(token, StandardCharsets.US_ASCII);
        return switch (name) {
            case "no" -> throw new ForebayException(FailureKind.FAILURE_PERMISSION, "Not this one");
            case "evicted" -> bring(atOnce);
            case "bug" -> throw new IllegalStateException("a bug");
            default -> {
                int flags = NativeFile.O_RDWR | NativeFile.O_CREAT;
                yield NativeFile.open(directory.resolve(name), flags, 0600);
            }
        };
    }

    private NativeFile bring(boolean atOnce) {
        if (atOnce) {
            throw new ForebayException(FailureKind.FAILURE_BUSY, "Not here now");
        }
        try {
            assertTrue(back.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return handle(bytes("one"), false);
    }

    /** Invariant I9: however many wait for the bucket, what is here is opened at once. */
    @Test
    void opensThatWaitHoldUpNobodyElse() throws Exception {
        try (StagedFileServer _ = StagedFileServer.start(socket, this::handle);
                StagedFileClient client = StagedFileClient.connect(socket);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            ForebayException e =
                    assertThrows(
                            ForebayException.class, () -> client.openNow(bytes("evicted")).close());
            assertEquals(FailureKind.FAILURE_BUSY, e.kind());
            List<Future<?>> waiting = new ArrayList<>();
            for (int i = 0; i < 2 * StagedFileClient.WAITS_MAX; i++) {
                waiting.add(executor.submit(() -> client.open(bytes("evicted")).close()));
            }
            for (int i = 0; i < 2 * StagedFileClient.CONNECTIONS_MAX; i++) {
                client.openNow(bytes("one")).close();
            }
            for (Future<?> each : waiting) {
                assertFalse(each.isDone());
            }
            back.countDown();
            for (Future<?> each : waiting) {
                each.get(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        try (StagedFileServer _ = StagedFileServer.start(socket, this::handle);
                StagedFileClient client = StagedFileClient.connect(socket)) {
            AtomicReference<FailureKind> end = new AtomicReference<>();
            Thread waiting =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    client.open(bytes("evicted")).close();
                                } catch (ForebayException e) {
                                    end.set(e.kind());
                                }
                            });
            assertFalse(waiting.join(Duration.ofMillis(200)));
            waiting.interrupt();
            assertTrue(waiting.join(PATIENCE));
            assertEquals(FailureKind.FAILURE_UNAVAILABLE, end.get());
            back.countDown();
            client.open(bytes("evicted")).close();
        }
    }

    @Test
    void anOpenFileArrives() throws IOException {
        try (StagedFileServer _ = StagedFileServer.start(socket, this::handle);
                StagedFileClient client = StagedFileClient.connect(socket);
                NativeFile file = client.open(bytes("one"))) {
            write(file, "through the descriptor");
            assertEquals("through the descriptor", Files.readString(directory.resolve("one")));
        }
        assertFalse(Files.exists(socket));
    }

    @Test
    void onlyTheOwnerMayConnect() throws IOException {
        try (StagedFileServer _ = StagedFileServer.start(socket, this::handle)) {
            assertEquals("rw-------", mode(socket));
            assertEquals("rwx------", mode(directory.resolve("run")));
        }
    }

    @Test
    void aPathOfAnyLengthWorks() {
        Path deep = directory;
        for (int i = 0; i < 4; i++) {
            deep = deep.resolve("a-directory-with-a-long-name-" + "x".repeat(60));
        }
        Path far = deep.resolve("worker.sock");
        try (StagedFileServer _ = StagedFileServer.start(far, this::handle);
                StagedFileClient client = StagedFileClient.connect(far);
                NativeFile file = client.open(bytes("one"))) {
            assertEquals(0, file.stat().size());
        }
        Path name = deep.resolve("x".repeat(100));
        ForebayException e =
                assertThrows(
                        ForebayException.class,
                        () -> StagedFileServer.start(name, this::handle).close());
        assertEquals(FailureKind.FAILURE_INVALID, e.kind());
    }

    @Test
    void refusalsKeepTheirKindAndText() {
        try (StagedFileServer _ = StagedFileServer.start(socket, this::handle);
                StagedFileClient client = StagedFileClient.connect(socket)) {
            assertRefused(client, FailureKind.FAILURE_PERMISSION, "no", "Not this one");
            assertRefused(client, FailureKind.FAILURE_UNAVAILABLE, "bug", "see its log");
            client.open(bytes("one")).close(); // the connection goes on
        }
    }

    @Test
    void requestsThatDoNotFitAreRefused() {
        try (StagedFileServer _ = StagedFileServer.start(socket, this::handle);
                StagedFileClient client = StagedFileClient.connect(socket)) {
            assertRefused(client, FailureKind.FAILURE_INVALID, "x".repeat(4097), "4096");
            assertRefused(client, FailureKind.FAILURE_INVALID, "", "4096");
            for (int length : new int[] {0, -1, 4097, Integer.MAX_VALUE}) {
                try (UnixSocket raw = UnixSocket.connect(socket)) {
                    raw.send(ByteBuffer.allocate(4).putInt(length).array(), null);
                    byte[] head = raw.receive(Frames.REPLY_HEADER_BYTES).bytes();
                    assertEquals(FailureKind.FAILURE_INVALID, Frames.kind(head));
                    raw.receive(Frames.textLength(head));
                    assertEquals(0, raw.receive(1).bytes().length);
                }
            }
        }
    }

    @Test
    void peersThatDieLeaveNothingOpen() throws IOException, InterruptedException {
        try (StagedFileServer _ = StagedFileServer.start(socket, this::handle)) {
            long before = openFiles();
            for (int i = 0; i < 50; i++) {
                try (UnixSocket half = UnixSocket.connect(socket)) {
                    half.send(new byte[] {0, 0}, null);
                }
                try (UnixSocket silent = UnixSocket.connect(socket)) {
                    silent.send(Frames.request(bytes("one"), true), null);
                }
            }
            for (int i = 0; i < 200 && openFiles() > before; i++) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assertTrue(openFiles() <= before, before + " < " + openFiles());
        }
    }

    @Test
    void aDescriptorIsNotLeakedWhenTheWorkerDiesInTheMiddle() throws Exception {
        Files.createDirectories(directory.resolve("run"));
        try (UnixSocket listening = UnixSocket.listen(socket, 4);
                StagedFileClient client = StagedFileClient.connect(socket, Duration.ZERO);
                ExecutorService executor = Executors.newSingleThreadExecutor()) {
            long before = openFiles();
            Future<?> served = executor.submit(() -> answerHalf(listening));
            ForebayException e =
                    assertThrows(ForebayException.class, () -> client.open(bytes("one")));
            assertEquals(FailureKind.FAILURE_UNAVAILABLE, e.kind());
            served.get(30, TimeUnit.SECONDS);
            assertEquals(before, openFiles());
        }
    }

    private void answerHalf(UnixSocket listening) {
        try (UnixSocket accepted = listening.accept();
                NativeFile file = handle(bytes("one"), false)) {
            accepted.receive(7);
            accepted.send(new byte[] {0, 0, 0}, file);
        }
    }

    @Test
    void manyThreadsAtOnce() throws Exception {
        try (StagedFileServer _ = StagedFileServer.start(socket, this::handle);
                StagedFileClient client = StagedFileClient.connect(socket);
                ExecutorService executor = Executors.newFixedThreadPool(64)) {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < 64; thread++) {
                String name = "file-" + thread;
                all.add(executor.submit(() -> openOften(client, name)));
            }
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
        for (int thread = 0; thread < 64; thread++) {
            String name = "file-" + thread;
            assertEquals(name, Files.readString(directory.resolve(name)));
        }
    }

    private static void openOften(StagedFileClient client, String name) {
        for (int i = 0; i < 50; i++) {
            try (NativeFile file = client.open(bytes(name))) {
                write(file, name);
            }
        }
    }

    @Test
    void tooManyConnectionsAreBusy() {
        try (StagedFileServer _ = StagedFileServer.start(socket, this::handle, 1);
                UnixSocket first = UnixSocket.connect(socket)) {
            first.send(Frames.request(bytes("no"), true), null);
            assertEquals(8, first.receive(8).bytes().length);
            try (StagedFileClient client = StagedFileClient.connect(socket, Duration.ZERO)) {
                ForebayException e =
                        assertThrows(ForebayException.class, () -> client.open(bytes("one")));
                assertEquals(FailureKind.FAILURE_BUSY, e.kind());
            }
        }
    }

    @Test
    void aRestartedWorkerIsFoundAgain() throws Exception {
        try (StagedFileClient client = StagedFileClient.connect(socket, PATIENCE);
                ExecutorService executor = Executors.newSingleThreadExecutor()) {
            for (int round = 0; round < 3; round++) {
                try (StagedFileServer _ = StagedFileServer.start(socket, this::handle)) {
                    client.open(bytes("one")).close();
                }
                Future<Integer> waiting = executor.submit(() -> size(client));
                try (StagedFileServer _ = StagedFileServer.start(socket, this::handle)) {
                    assertEquals(0, waiting.get(30, TimeUnit.SECONDS));
                }
            }
        }
    }

    private static int size(StagedFileClient client) {
        try (NativeFile file = client.open(bytes("one"))) {
            return (int) file.stat().size();
        }
    }

    @Test
    void nobodyThereIsUnavailable() {
        try (StagedFileClient client = StagedFileClient.connect(socket, Duration.ofMillis(100))) {
            assertRefused(client, FailureKind.FAILURE_UNAVAILABLE, "one", "is a worker running");
        }
    }

    @Test
    void aStaleSocketFileIsReplacedButNoLiveOneAndNoOtherFile() throws Exception {
        Files.createDirectories(directory.resolve("run"));
        UnixSocket.listen(socket, 1).close(); // the file stays
        assertTrue(Files.exists(socket));
        try (StagedFileServer _ = StagedFileServer.start(socket, this::handle)) {
            ForebayException e =
                    assertThrows(
                            ForebayException.class,
                            () -> StagedFileServer.start(socket, this::handle).close());
            assertEquals(FailureKind.FAILURE_BUSY, e.kind());
            try (StagedFileClient client = StagedFileClient.connect(socket)) {
                client.open(bytes("one")).close();
            }
        }
        Files.writeString(socket, "mine");
        ForebayException e =
                assertThrows(
                        ForebayException.class,
                        () -> StagedFileServer.start(socket, this::handle).close());
        assertEquals(FailureKind.FAILURE_INVALID, e.kind());
        assertEquals("mine", Files.readString(socket));
    }

    @Test
    void closingTheClientEndsItsWaiting() throws Exception {
        StagedFileClient client = StagedFileClient.connect(socket, Duration.ofMinutes(10));
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<Integer> waiting = executor.submit(() -> size(client));
            client.close();
            ExecutionException e =
                    assertThrows(ExecutionException.class, () -> waiting.get(30, TimeUnit.SECONDS));
            assertTrue(e.getCause() instanceof ForebayException, e.toString());
        }
    }

    private static void assertRefused(
            StagedFileClient client, FailureKind kind, String token, String text) {
        ForebayException e = assertThrows(ForebayException.class, () -> client.open(bytes(token)));
        assertEquals(kind, e.kind());
        assertTrue(String.valueOf(e.getMessage()).contains(text), e.getMessage());
    }

    private static void write(NativeFile file, String text) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes(text));
            assertEquals(source.byteSize(), file.pwrite(source, 0));
            MemorySegment target = arena.allocate(source.byteSize());
            assertEquals(source.byteSize(), file.pread(target, 0));
            assertArrayEquals(bytes(text), target.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
