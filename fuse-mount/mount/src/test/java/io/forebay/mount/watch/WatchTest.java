package io.forebay.mount.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.protobuf.ByteString;
import io.forebay.fuse.KernelCache;
import io.forebay.fuse.Request;
import io.forebay.mount.meta.Attachment;
import io.forebay.mount.meta.FakeMetadata;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.Change;
import io.forebay.proto.ChangedName;
import io.forebay.proto.ChangedNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class WatchTest {
    private static final long SHORT = TimeUnit.SECONDS.toNanos(1);
    private static final long LONG = 30 * SHORT;
    private static final long LIMIT_SECONDS = 10;
    private static final Request LOOKUP =
            new Request.Lookup(new Request.Header(1, 1, 0, 0, 1), new byte[] {'x'});

    private final AtomicLong millis = new AtomicLong(1_000_000);
    private final FakeMetadata metadata =
            new FakeMetadata(() -> Instant.ofEpochMilli(millis.get()), 1_000);
    private final Attachment attachment =
            Attachment.attach(metadata, AttachRequest.getDefaultInstance());
    private final Kernel kernel = new Kernel();
    private final Watch watch =
            new Watch(
                    metadata,
                    attachment,
                    () -> Instant.ofEpochMilli(millis.get()),
                    WatchMeter.NONE);

    /** Takes a name only when it may. */
    private static final class Kernel implements KernelCache, Remembered {
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        private volatile CountDownLatch lock = new CountDownLatch(0);

        @Override
        public void expireName(long parent, byte[] name) {
            awaitLock();
            told.add("name " + new String(name, StandardCharsets.UTF_8));
        }

        @Override
        public void removedName(long parent, long node, byte[] name) {
            awaitLock();
            told.add("removed " + node);
        }

        /** As the kernel does it: whoever waits here hears of nothing else. */
        private void awaitLock() {
            boolean interrupted = false;
            while (lock.getCount() > 0) {
                try {
                    lock.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void forgetAttributes(long node) {
            told.add("node " + node);
        }

        @Override
        public void forgetContent(long node) {
            told.add("content " + node);
        }

        @Override
        public boolean expireAllNames() {
            told.add("all names");
            return true;
        }

        @Override
        public LongStream known() {
            return LongStream.of(1, 5);
        }

        @Override
        public boolean isOpen(long ino) {
            return ino == 5;
        }

        @Override
        public void forget(long ino) {
            told.add("own " + ino);
        }

        @Override
        public void forgetAll() {
            told.add("all own");
        }

        private void assertTold(String... expected) throws InterruptedException {
            for (String each : expected) {
                assertEquals(each, told.poll(LIMIT_SECONDS, TimeUnit.SECONDS));
            }
        }

        private void assertAllTold() throws InterruptedException {
            assertTold("all own", "all names", "node 1", "content 5");
        }
    }

    @BeforeEach
    void start() throws InterruptedException {
        assertEquals(SHORT, promised());
        watch.start(kernel, kernel);
        kernel.assertAllTold(); // nobody knows what was before
    }

    @AfterEach
    void close() {
        kernel.lock.countDown();
        watch.close();
        attachment.close();
    }

    @Test
    void whatOthersChangeIsForgotten() throws Exception {
        metadata.stream().tell(name("x", 0), node(7, false), node(8, true), name("y", 9));
        kernel.assertTold("name x", "own 7", "node 7", "own 8", "content 8");
        kernel.assertTold("removed 9", "name y");
        metadata.stream().tell(Change.getDefaultInstance()); // of a newer control plane
        kernel.assertAllTold();
        assertEquals(LONG, promised());
    }

    @Test
    void aLostStreamMakesTheKernelForgetEverything() throws Exception {
        assertEquals(LONG, promised());
        metadata.stream().lose();
        while (promised() == LONG) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertNull(kernel.told.poll(), "it may be back at once, and tell what was missed");
        millis.addAndGet(2_000);
        kernel.assertAllTold();
        assertEquals(SHORT, promised());
        metadata.stream().mend();
        kernel.assertAllTold();
        while (promised() == SHORT) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void anAnswerThatMayBeOlderThanAChangeIsFollowedByTellingIt() throws Exception {
        watch.begin(LOOKUP);
        metadata.stream().tell(name("x", 0));
        kernel.assertTold("name x"); // in vain: the kernel gets the answer only now
        watch.answered();
        kernel.assertTold("name x");
        watch.begin(LOOKUP);
        watch.answered();
        metadata.stream().tell(node(7, false));
        kernel.assertTold("own 7", "node 7");
    }

    @Test
    void aKernelThatWaitsForAnAnswerGetsIt() throws Exception {
        kernel.lock = new CountDownLatch(1);
        watch.begin(LOOKUP);
        for (int i = 0; i < 3_000; i++) {
            metadata.stream().tell(name("a" + i, 0), name("b" + i, 0));
        }
        while (metadata.stream().waiting() > 3_000 - 4_096 / 2) { // the queue is full
            TimeUnit.MILLISECONDS.sleep(5);
        }
        watch.forgetAttributes(7); // needs no lock, whoever waits
        kernel.assertTold("node 7");
        watch.answered(); // does not wait, though the teller does and its queue is full
        kernel.lock.countDown();
        String next = "";
        while (!next.equals("all own")) { // what did not fit is among everything
            next = Objects.requireNonNull(kernel.told.poll(LIMIT_SECONDS, TimeUnit.SECONDS));
        }
    }

    @Test
    void anEndDoesNotWaitForTheKernel() {
        kernel.lock = new CountDownLatch(1);
        metadata.stream().tell(name("x", 0));
        watch.close();
    }

    /** What a thread that answers may promise now. */
    private long promised() {
        return CompletableFuture.supplyAsync(
                        () -> {
                            watch.begin(LOOKUP);
                            try {
                                return watch.timeoutNanos();
                            } finally {
                                watch.answered();
                            }
                        })
                .join();
    }

    private static Change name(String name, long removed) {
        return Change.newBuilder()
                .setName(
                        ChangedName.newBuilder()
                                .setParent(1)
                                .setName(ByteString.copyFromUtf8(name))
                                .setRemovedIno(removed))
                .build();
    }

    private static Change node(long ino, boolean content) {
        return Change.newBuilder()
                .setNode(ChangedNode.newBuilder().setIno(ino).setContent(content))
                .build();
    }
}
