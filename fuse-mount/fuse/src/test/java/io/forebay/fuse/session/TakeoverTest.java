package io.forebay.fuse.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.fuse.FileSystem;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.fuse.posix.Mounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A second session goes on with the mount of one that answers nothing any more. */
@EnabledIf("canMount")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class TakeoverTest {
    @TempDir private Path directory;

    static boolean canMount() {
        boolean can = MountableHere.check();
        if (!can) {
            System.out.println("SKIPPED TakeoverTest: needs /dev/fuse and CAP_SYS_ADMIN");
        }
        return can;
    }

    /** Hangs in the one request that the test is about, as a process does that is stopped. */
    private record Hanging(
            FileSystem next, Class<? extends Request> at, CountDownLatch hangs, CountDownLatch end)
            implements FileSystem {
        @Override
        public Reply handle(Request request) {
            if (at.isInstance(request)) {
                hangs.countDown();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return next.handle(request);
        }
    }

    /** Notes what comes a second time. */
    private record Noting(FileSystem next, ConcurrentLinkedQueue<Request> resent)
            implements FileSystem {
        @Override
        public Reply handle(Request request) {
            if (request.header().resent()) {
                resent.add(request);
            }
            return next.handle(request);
        }
    }

    @Test
    void aRequestInFlightComesAgain() throws Exception {
        Path root = Files.createDirectories(directory.resolve("mount"));
        Path bytes = Files.createDirectories(directory.resolve("bytes"));
        AtomicReference<KeptMount> kept = new AtomicReference<>();
        AtomicReference<TreeFileSystem> tree = new AtomicReference<>();
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        ConcurrentLinkedQueue<Request> resent = new ConcurrentLinkedQueue<>();
        MountOptions options = MountOptions.of(root).withPassthrough(false).withReaderThreads(1);
        Quiet.requestLoop();
        FuseSession first =
                FuseSession.mount(
                        options,
                        (backing, mount) -> {
                            kept.set(mount);
                            tree.set(new TreeFileSystem(bytes, backing));
                            return new Hanging(tree.get(), Request.MakeDirectory.class, hangs, end);
                        });
        try {
            assertTrue(kept.get().canBeTakenOver());
            Files.writeString(root.resolve("before"), "here");
            CompletableFuture<Path> application =
                    CompletableFuture.supplyAsync(() -> make(root.resolve("directory")));
            hangs.await();
            List<FuseSession.InFlight> inFlight = first.inFlight();
            assertEquals(1, inFlight.size());
            first.stopReading();
            try (FuseSession second =
                    FuseSession.takeOver(
                            kept.get(), options, (_, _) -> new Noting(tree.get(), resent))) {
                assertEquals(root.resolve("directory"), application.get(30, TimeUnit.SECONDS));
                assertEquals("here", Files.readString(root.resolve("before")));
                Request again = resent.remove();
                assertTrue(again instanceof Request.MakeDirectory);
                assertEquals(inFlight.getFirst().id(), again.header().id());
                assertTrue(resent.isEmpty());
                assertTrue(nothingIsInFlight(second));
                end.countDown();
                inFlight.getFirst().thread().join();
                assertTrue(Files.isDirectory(root.resolve("directory")));
            }
            assertFalse(Files.exists(root.resolve("before")), "unmounted");
        } finally {
            end.countDown();
            Mounts.force(root);
        }
    }

    /** A release comes behind its close, and a request is over just after its answer. */
    private static boolean nothingIsInFlight(FuseSession session) throws InterruptedException {
        for (int tries = 0; tries < 1_000 && !session.inFlight().isEmpty(); tries++) {
            Thread.sleep(1);
        }
        return session.inFlight().isEmpty();
    }

    private static Path make(Path path) {
        try {
            return Files.createDirectory(path);
        } catch (java.io.IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }
}
