package io.forebay.e2e.nodes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.Eventually;
import io.forebay.e2e.nodes.Network.Node;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The network between two nodes is gone for a while, in the midst of writes: each is there
 * afterwards, or its fsync or close has failed (I1, I7), and the mount goes on by itself.
 */
@Timeout(400)
final class CutTest {
    private static final long SEED = Long.getLong("forebay.seed", 1);

    /**
     * The least; what a mount keeps to itself is waited for that long. From 60 s on writes fail.
     */
    private static final long CUT_SECONDS = Long.getLong("forebay.cut.seconds", 10);

    /** Of the longest outage that a call sits out, and of what follows it. */
    private static final long LIMIT_SECONDS = CUT_SECONDS + 150;

    private static final int BLOCK = 64 << 10;
    private static final long BEFORE_THE_CUT = 100L * BLOCK;

    @TempDir private Path directory;

    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());

    @Test
    void writesAreThereOrTheirFsyncHasFailed() throws Exception {
        try (TwoNodes nodes = TwoNodes.start(directory)) {
            Path here = nodes.mount(Node.WITH_WORKER);
            Path there = nodes.mount(Node.WITHOUT_WORKER);
            Writer writer = new Writer(there.resolve("stream"));
            Future<Boolean> written = threads.submit(writer::run);
            Eventually.holds("it writes", limit(), () -> writer.answered.get() > BEFORE_THE_CUT);
            Appends appends = new Appends(here.resolve("log"), there.resolve("log"));
            nodes.network().cut(Node.WITHOUT_WORKER);
            appends.answerAhead();
            Eventually.holds("it cannot go on", limit(), writer::isStuck);
            long stuckAt = writer.answered.get();
            await(threads.submit(() -> Files.writeString(here.resolve("local"), "goes on")));
            await(threads.submit(appends::append)); // waits 10 s for what the other mount keeps
            TimeUnit.SECONDS.sleep(CUT_SECONDS - 10);
            assertEquals(stuckAt, writer.answered.get(), "bounded while it is cut");
            nodes.network().mend(Node.WITHOUT_WORKER);
            writer.over.set(true);
            boolean all = await(written);
            assertTrue(all || CUT_SECONDS > 20, () -> "a short cut is waited for" + nodes.logs());
            byte[] seen = Files.readAllBytes(here.resolve("stream"));
            if (all) {
                assertArrayEquals(writer.content.toByteArray(), seen);
            }
            await(threads.submit(appends::check));
            worksAgain(here, there);
        }
    }

    /** A log that the node which is cut off has open and had to itself, and the other one opens. */
    private static final class Appends {
        private static final int COUNT = 10;

        private final Path here;
        private final FileChannel there;

        Appends(Path here, Path there) throws IOException {
            this.here = here;
            this.there =
                    FileChannel.open(
                            there, StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND);
            this.there.write(Records.of(Node.WITHOUT_WORKER, 0));
            this.there.force(false);
        }

        /** The worker will not hear of these for now. */
        void answerAhead() throws IOException {
            for (int i = 1; i < COUNT; i++) {
                there.write(Records.of(Node.WITHOUT_WORKER, i));
            }
        }

        Void append() throws IOException {
            try (FileChannel log = FileChannel.open(here, StandardOpenOption.APPEND)) {
                for (int i = 0; i < COUNT; i++) {
                    log.write(Records.of(Node.WITH_WORKER, i));
                }
            }
            return null;
        }

        /** What was closed is there, and so is the rest if nobody was told otherwise. */
        Void check() throws IOException {
            boolean told = false;
            try {
                there.force(false);
            } catch (IOException lost) {
                told = true;
            }
            there.close();
            byte[] log = Files.readAllBytes(here);
            if (told) {
                Records.checkWhole(log, Map.of(Node.WITHOUT_WORKER, 1, Node.WITH_WORKER, COUNT));
            } else {
                Records.check(log, COUNT);
            }
            return null;
        }
    }

    private void worksAgain(Path here, Path there) throws Exception {
        Path again = there.resolve("again");
        await(threads.submit(() -> Files.writeString(again, "as before")));
        assertEquals("as before", Files.readString(here.resolve("again")));
        assertEquals(
                "goes on", await(threads.submit(() -> Files.readString(there.resolve("local")))));
    }

    /** Writes until it is over, and then syncs and closes. */
    private static final class Writer {
        private final Path file;
        private final AtomicLong answered = new AtomicLong();
        private final AtomicBoolean over = new AtomicBoolean();
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private long lastSeen = -1;

        Writer(Path file) {
            this.file = file;
        }

        /** False when it was told that not all is there. */
        boolean run() {
            Random random = new Random(SEED);
            byte[] block = new byte[BLOCK];
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                while (!over.get()) {
                    random.nextBytes(block);
                    content.writeBytes(block);
                    channel.write(ByteBuffer.wrap(block));
                    answered.addAndGet(BLOCK);
                }
                channel.force(true);
                return true;
            } catch (IOException told) {
                return false;
            }
        }

        /** Between two looks. */
        boolean isStuck() {
            long now = answered.get();
            boolean stuck = now == lastSeen;
            lastSeen = now;
            return stuck;
        }
    }

    private static Duration limit() {
        return Duration.ofSeconds(LIMIT_SECONDS);
    }

    private static <T> T await(Future<T> work) throws Exception {
        return work.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
}
