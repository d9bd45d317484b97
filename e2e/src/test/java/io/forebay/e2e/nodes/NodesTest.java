package io.forebay.e2e.nodes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.nodes.Network.Node;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Invariants I3 and I7 on two nodes that share nothing but a network. */
@Timeout(300)
final class NodesTest {
    private static final long SEED = Long.getLong("forebay.seed", 1);
    private static final long LIMIT_SECONDS = 120;
    private static final int RECORDS = 300;
    private static final int BLOCK = 64 << 10;
    private static final int BLOCKS = 200;
    private static final int VERSIONS = 200;

    @TempDir private static Path directory;

    private static TwoNodes nodes;

    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());

    @BeforeAll
    static void start() throws IOException {
        nodes = TwoNodes.start(directory);
    }

    @AfterAll
    static void end() {
        if (nodes != null) {
            nodes.close();
        }
    }

    private static Node other(Node node) {
        return node == Node.WITH_WORKER ? Node.WITHOUT_WORKER : Node.WITH_WORKER;
    }

    /** Of this test's own, the same file on each node. */
    private static Path file(Node node, String name) {
        return nodes.mount(node).resolve(name);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsClosedOrSyncedIsSeenOnTheOtherNode(Node here) throws Exception {
        Path mine = file(here, "closed-" + here);
        Path theirs = file(other(here), "closed-" + here);
        byte[] content = new byte[(5 << 20) + 77];
        new Random(SEED).nextBytes(content);
        Files.write(mine, content);
        assertArrayEquals(content, Files.readAllBytes(theirs));
        content[1 << 20] ^= 1;
        byte[] longer = Arrays.copyOf(content, content.length + BLOCK);
        try (FileChannel open = FileChannel.open(mine, StandardOpenOption.WRITE)) {
            open.write(ByteBuffer.wrap(longer));
            open.force(false);
            assertEquals(longer.length, Files.size(theirs));
            assertArrayEquals(longer, Files.readAllBytes(theirs));
        }
        Files.writeString(theirs, "short");
        assertEquals("short", Files.readString(mine));
        assertTrue(nodes.worker("forebay_stream_written_bytes_total") > 0, "over the network");
    }

    @Test
    void whatTwoNodesAppendIsAllThere() throws Exception {
        Files.createFile(file(Node.WITH_WORKER, "log"));
        CyclicBarrier together = new CyclicBarrier(Node.values().length);
        List<Future<Void>> appenders =
                Arrays.stream(Node.values())
                        .map(node -> threads.submit(() -> append(node, together)))
                        .toList();
        for (Future<Void> each : appenders) {
            await(each);
        }
        byte[] log = Files.readAllBytes(file(Node.WITH_WORKER, "log"));
        Records.check(log, RECORDS);
        assertArrayEquals(log, Files.readAllBytes(file(Node.WITHOUT_WORKER, "log")));
    }

    private static Void append(Node node, CyclicBarrier together) throws Exception {
        try (FileChannel log = FileChannel.open(file(node, "log"), StandardOpenOption.APPEND)) {
            together.await(LIMIT_SECONDS, TimeUnit.SECONDS);
            for (int i = 0; i < RECORDS; i++) {
                ByteBuffer record = Records.of(node, i);
                assertEquals(record.limit(), log.write(record));
            }
        }
        return null;
    }

    /** Begins before the first byte is there, and ends with the last one. */
    @ParameterizedTest
    @EnumSource
    void aReaderSeesNoBytesThatWereNotWritten(Node writer) throws Exception {
        Path written = file(writer, "growing-" + writer);
        Files.createFile(written);
        Future<Long> reader =
                threads.submit(() -> follow(file(other(writer), "growing-" + writer)));
        try (FileChannel file = FileChannel.open(written, StandardOpenOption.WRITE)) {
            for (int i = 0; i < BLOCKS; i++) {
                file.write(ByteBuffer.wrap(pattern((long) i * BLOCK, BLOCK)));
            }
        }
        assertEquals((long) BLOCKS * BLOCK, await(reader));
    }

    private static long follow(Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(3 * BLOCK / 2);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        long at = 0;
        while (at < (long) BLOCKS * BLOCK && System.nanoTime() - end < 0) {
            try (FileChannel open = FileChannel.open(file)) { // the size is as of the last one
                for (int count = open.read(buffer.clear(), at); count > 0; ) {
                    byte[] seen = Arrays.copyOf(buffer.array(), count);
                    assertArrayEquals(pattern(at, count), seen, "at " + at);
                    at += count;
                    count = open.read(buffer.clear(), at);
                }
            }
        }
        return at;
    }

    /** No zeros, and not the same at places that a lost or moved block would confuse. */
    private static byte[] pattern(long offset, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            long at = offset + i;
            bytes[i] = (byte) (1 + (at + at / 251 + at / BLOCK) % 255);
        }
        return bytes;
    }

    @ParameterizedTest
    @EnumSource
    void aNameThatIsReplacedIsAlwaysThere(Node here) throws Exception {
        Path mine = file(here, "name-" + here);
        Files.write(mine, new byte[1]);
        AtomicBoolean over = new AtomicBoolean();
        Path theirs = file(other(here), "name-" + here);
        Future<Long> watcher = threads.submit(() -> watch(theirs, over));
        try {
            for (int i = 2; i <= VERSIONS; i++) {
                Path next = Files.write(file(here, "next-" + here), new byte[i]);
                Files.move(
                        next,
                        mine,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            over.set(true);
        }
        assertTrue(await(watcher) > 0);
        assertEquals(VERSIONS, Files.readAllBytes(theirs).length);
    }

    /** How often it was looked for; a look that finds nothing throws. */
    private static long watch(Path name, AtomicBoolean over) throws IOException {
        long looks = 0;
        long size = 0;
        while (!over.get()) {
            long now = Files.size(name);
            assertTrue(now >= size && now <= VERSIONS, "from " + size + " to " + now);
            size = now;
            looks++;
        }
        return looks;
    }

    static <T> T await(Future<T> work) throws Exception {
        return work.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
}
