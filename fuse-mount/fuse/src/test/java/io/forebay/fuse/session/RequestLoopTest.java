package io.forebay.fuse.session;

import static io.forebay.fuse.session.Messages.NODE;
import static io.forebay.fuse.session.Messages.UNIQUE;
import static io.forebay.fuse.session.Messages.bytes;
import static io.forebay.fuse.session.Messages.hex;
import static io.forebay.fuse.session.Messages.request;
import static io.forebay.fuse.session.Messages.segment;
import static io.forebay.fuse.session.Messages.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FileSystem;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.fuse.posix.DevicePair;
import io.forebay.fuse.posix.PageMap;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A reader thread with a test in the kernel's place. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class RequestLoopTest {
    private static final int TRANSFER = 8192;
    private static final long SEED = 11;
    private static final int ROUNDS = 3_000;
    private static final byte[] STATFS = request(17);
    private static final byte[] WAIT = request(33, 1L, 31L, 5L, 9L, 1, 7, 0, 0);
    private static final Reply.FileSystemStatus STATUS =
            new Reply.FileSystemStatus(4096, 10, 4, 6, 3, 255);

    private final List<Request> seen = Collections.synchronizedList(new ArrayList<>());
    private final List<Reply.DirectoryEntry> taken = new ArrayList<>();
    private final MemorySegment answer = Arena.ofAuto().allocate(2L * TRANSFER);
    private final DevicePair pair = DevicePair.open();
    private final Waiting waiting = new Waiting();
    private final CompletableFuture<Reply> later = new CompletableFuture<>();
    private final AtomicInteger interrupts = new AtomicInteger();
    private final Thread loop =
            Thread.ofPlatform()
                    .unstarted(new RequestLoop(pair.daemon(), new Answers(), waiting, TRANSFER));

    /** STATFS always works, so that a test can see that the thread still lives. */
    private final class Answers implements FileSystem {
        @Override
        public Reply handle(Request request) {
            seen.add(request);
            return switch (request) {
                case Request.StatFs _ -> STATUS;
                case Request.Forget _ -> new Reply.None();
                case Request.Lookup _ -> throw new FuseException(Errno.ENOENT);
                case Request.Unlink _ -> throw new StackOverflowError("a bug");
                case Request.Open _ -> new Reply.None();
                case Request.SetLock _ -> new Reply.Later(later, interrupts::incrementAndGet);
                case Request.Read read -> data(read);
                case Request.Write write -> new Reply.Written((int) write.data().byteSize());
                case Request.ReadDirectory _ -> entries();
                default -> new Reply.Ok();
            };
        }

        @Override
        public void directoryTaken(
                Request.ReadDirectory request, List<Reply.DirectoryEntry> entries) {
            taken.addAll(entries);
        }
    }

    private static Reply data(Request.Read read) {
        byte[] content = utf8("0123456789");
        return new Reply.Data(
                read.handle() == 0 ? segment(content) : MemorySegment.ofArray(content));
    }

    private static Reply entries() {
        return new Reply.Directory(
                List.of(
                        new Reply.DirectoryEntry(1, utf8("a"), 0, 1, null),
                        new Reply.DirectoryEntry(1, utf8("b"), 0, 2, null)));
    }

    @BeforeEach
    void start() {
        Quiet.requestLoop();
        loop.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        pair.kernel().close();
        loop.join(TimeUnit.SECONDS.toMillis(10));
        assertFalse(loop.isAlive(), "ends with its device");
        pair.daemon().close();
    }

    private void send(byte[] message) {
        assertEquals(message.length, pair.kernel().write(segment(message)));
    }

    private byte[] receive() {
        long read = pair.kernel().read(answer);
        assertTrue(read >= 16, "an answer");
        return answer.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE);
    }

    private void assertAnswer(byte[] message, int error, Object... body) {
        send(message);
        byte[] expected = bytes(body);
        assertEquals(hex(bytes(16 + expected.length, -error, UNIQUE, expected)), hex(receive()));
    }

    @Test
    void errors() {
        assertAnswer(request(1, "absent\0"), 2);
        assertAnswer(request(10, "bug\0"), 5);
        assertAnswer(request(14, 0, 0), 5);
        assertAnswer(request(34, 0, 0), 38);
        assertAnswer(request(1, "no end"), 71);
        assertAnswer(request(20, 1L, 0, 0), 0);
    }

    @Test
    void data() {
        byte[] native10 = request(15, 0L, 0L, 10, 0, 0L, 0, 0);
        assertAnswer(native10, 0, "0123456789");
        assertAnswer(request(15, 1L, 0L, 10, 0, 0L, 0, 0), 0, "0123456789");
        assertAnswer(request(15, 0L, 0L, 9, 0, 0L, 0, 0), 5);
        assertAnswer(request(16, 0L, 0L, 4, 0, 0L, 0, 0, "data"), 0, 4, 0);
        Request.Write write = (Request.Write) seen.getLast();
        assertEquals(0, write.data().address() % 4096, "a page of its own");
    }

    /**
     * A page that the kernel must bring first can cost the request, when this process is killed.
     */
    @Test
    void pagesForRequestsAreThereBeforeTheyCome() throws IOException {
        assertAnswer(request(16, 0L, 0L, 4, 0, 0L, 0, 0, "data"), 0, 4, 0);
        Request.Write write = (Request.Write) seen.getLast();
        assertTrue(PageMap.isPresent(write.data().address(), 1 << 16));
    }

    @Test
    void directoriesSayWhatWasTaken() {
        assertAnswer(request(28, 0L, 0L, 40, 0, 0L, 0, 0), 0, 1L, 1L, 1, 0, "a", new byte[7]);
        assertEquals(1, taken.size());
    }

    @Test
    void whatGetsNoAnswer() {
        send(request(2, 1L));
        send(request(42, 2, 0, 10L, 1L, 11L, 2L));
        send(request(2, 1)); // too short
        send(request(36, UNIQUE));
        send(new byte[] {1, 2, 3});
        send(STATFS);
        assertEquals(96, receive().length, "the first answer is the last request's");
        List<Long> forgotten =
                seen.stream()
                        .filter(Request.Forget.class::isInstance)
                        .map(request -> request.header().nodeId())
                        .toList();
        assertEquals(List.of(NODE, 10L, 11L), forgotten);
    }

    /** STATFS is answered by the loop that took the request before: that one waits no longer. */
    private void sendAndSeeThatTheLoopGoesOn(byte[] message) {
        send(message);
        byte[] other = STATFS.clone();
        other[8] ^= 1;
        send(other);
        assertEquals(96, receive().length);
    }

    @Test
    void anAnswerThatComesLater() {
        sendAndSeeThatTheLoopGoesOn(WAIT);
        assertEquals(1, waiting.size());
        later.complete(new Reply.Opened(5, 2, 3));
        assertEquals(hex(bytes(32, 0, UNIQUE, 5L, 2, 3)), hex(receive()));
        assertEquals(0, waiting.size());
    }

    @Test
    void errorsThatComeLater() {
        sendAndSeeThatTheLoopGoesOn(WAIT);
        later.completeExceptionally(new FuseException(Errno.EDEADLK));
        assertEquals(hex(bytes(16, -35, UNIQUE)), hex(receive()));
        assertAnswer(WAIT, 35); // answered at once: the same future
    }

    @Test
    void bugsThatComeLater() {
        sendAndSeeThatTheLoopGoesOn(WAIT);
        later.completeExceptionally(new IllegalStateException("a bug"));
        assertEquals(hex(bytes(16, -5, UNIQUE)), hex(receive()));
    }

    @Test
    void interruptsFindTheirRequest() {
        sendAndSeeThatTheLoopGoesOn(request(36, UNIQUE ^ 2));
        sendAndSeeThatTheLoopGoesOn(WAIT);
        assertEquals(0, interrupts.get());
        sendAndSeeThatTheLoopGoesOn(request(36, UNIQUE));
        assertEquals(1, interrupts.get());
        later.complete(new Reply.Ok());
        receive();
        sendAndSeeThatTheLoopGoesOn(request(36, UNIQUE));
        assertEquals(1, interrupts.get());
    }

    @Test
    void anInterruptThatIsReadBeforeItsRequest() {
        sendAndSeeThatTheLoopGoesOn(request(36, UNIQUE));
        sendAndSeeThatTheLoopGoesOn(WAIT);
        assertEquals(1, interrupts.get());
    }

    @Test
    void interruptsThatNobodyWaitsForAreForgotten() {
        waiting.interrupt(1);
        for (long id = 2; id <= Waiting.EARLY_MAX + 1; id++) {
            waiting.interrupt(id);
        }
        waiting.add(1, interrupts::incrementAndGet);
        assertEquals(0, interrupts.get());
        waiting.add(2, interrupts::incrementAndGet);
        assertEquals(1, interrupts.get());
    }

    @Test
    void destroyIsAnswered() {
        assertAnswer(request(38), 0);
    }

    /** Garbage of any kind gets an answer or none, and the thread goes on. */
    @Test
    void garbage() {
        later.complete(new Reply.Ok());
        long seed = Long.getLong("forebay.seed", SEED);
        Random random = new Random(seed);
        byte[] last = STATFS.clone();
        Arrays.fill(last, 8, 16, (byte) 0x5A);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] message = new byte[1 + random.nextInt(200)];
            random.nextBytes(message);
            if (message.length >= 40) {
                message[0] = (byte) message.length;
                message[1] = message[2] = message[3] = 0;
                message[4] = (byte) random.nextInt(56);
                message[5] = message[6] = message[7] = 0;
                message[36] = message[37] = 0;
                message[15] = 0; // never the last one's unique
            }
            send(message);
            send(last);
            byte[] got = receive();
            if (got[15] != 0x5A) {
                got = receive();
            }
            assertEquals(96, got.length, "seed " + seed + " round " + round);
        }
    }
}
