package io.forebay.mount.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.services.Services;
import io.forebay.mount.services.StagedFiles;
import io.forebay.proto.FailureKind;
import io.forebay.proto.Grant;
import io.forebay.schema.ForebayException;
import io.forebay.transport.file.StagedHandle;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Invariant I9: who waits for an evicted file holds up nobody else, and can be ended. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class FetchesTest {
    @TempDir private Path directory;

    private final CountDownLatch back = new CountDownLatch(1);
    private Stage stage;
    private ForebayFileSystem fileSystem;
    private TestKernel kernel;
    private long evicted;
    private boolean ended;

    @BeforeEach
    void start() {
        stage = Stage.in(directory);
        Services all = stage.services();
        Services services =
                new Services(
                        all.metadata(),
                        all.attachment(),
                        new Evicted(all.stagedFiles()),
                        all.clock(),
                        all.trace(),
                        all.watch());
        fileSystem = new ForebayFileSystem(services, new FakeBacking(false));
        kernel = new TestKernel(fileSystem);
        evicted = make("evicted");
    }

    @AfterEach
    void end() throws InterruptedException {
        if (!ended) {
            Stage.drain(fileSystem);
            assertEquals(0, fileSystem.unreleasedFiles());
            fileSystem.close();
        }
        stage.close();
    }

    private long make(String name) {
        Reply.Created created = kernel.create(TestKernel.ROOT, name, TestKernel.WRITE);
        kernel.release(created.entry().nodeId(), created.opened().handle());
        return created.entry().nodeId();
    }

    /** The first file that is made is evicted as soon as it is known to be there. */
    private final class Evicted implements StagedFiles {
        private final StagedFiles all;

        Evicted(StagedFiles all) {
            this.all = all;
        }

        private boolean isAway(Grant grant) {
            return back.getCount() > 0
                    && evicted != 0
                    && grant.getToken().toStringUtf8().startsWith(evicted + " ");
        }

        @Override
        public StagedHandle open(Grant grant, Supplier<Grant> again) {
            try {
                if (isAway(grant)) {
                    back.await();
                }
                return all.open(grant, again);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ForebayException(FailureKind.FAILURE_UNAVAILABLE, "Interrupted", e);
            }
        }

        @Override
        public StagedHandle openNow(Grant grant, Supplier<Grant> again) {
            if (isAway(grant)) {
                throw new ForebayException(FailureKind.FAILURE_BUSY, "Not here now");
            }
            return all.open(grant, again);
        }
    }

    private Reply ask(Request request) {
        try {
            return fileSystem.handle(request);
        } finally {
            fileSystem.answered();
        }
    }

    private Reply.Later open(int flags) {
        return assertInstanceOf(
                Reply.Later.class, ask(new Request.Open(TestKernel.header(evicted), flags, false)));
    }

    @Test
    void anOpenIsAnsweredWhenTheFileIsBack() throws Exception {
        Reply.Later later = open(TestKernel.READ);
        long other = make("other");
        kernel.release(other, kernel.open(other, TestKernel.READ).handle());
        assertFalse(later.answer().isDone());
        back.countDown();
        Reply reply = later.answer().get(30, TimeUnit.SECONDS);
        kernel.release(evicted, assertInstanceOf(Reply.Opened.class, reply).handle());
    }

    @Test
    void moreThanThereAreThreadsMayWait() throws Exception {
        Reply.Later[] all = new Reply.Later[200];
        for (int i = 0; i < all.length; i++) {
            all[i] = open(TestKernel.READ);
        }
        back.countDown();
        for (Reply.Later later : all) {
            Reply reply = later.answer().get(30, TimeUnit.SECONDS);
            kernel.release(evicted, assertInstanceOf(Reply.Opened.class, reply).handle());
        }
    }

    @Test
    void aSignalEndsTheWait() {
        Reply.Later later = open(TestKernel.READ_WRITE);
        later.interrupt().run();
        ExecutionException e =
                assertThrows(
                        ExecutionException.class, () -> later.answer().get(30, TimeUnit.SECONDS));
        assertEquals(Errno.EINTR, assertInstanceOf(FuseException.class, e.getCause()).errno());
    }

    @Test
    void aCutByNameWaitsAsWell() throws Exception {
        Request.AttributeChange size =
                new Request.AttributeChange(
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalLong.of(5),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        false,
                        false,
                        OptionalLong.empty(),
                        false);
        Reply.Later later =
                assertInstanceOf(
                        Reply.Later.class,
                        ask(new Request.SetAttr(TestKernel.header(evicted), size)));
        back.countDown();
        Reply.Attr reply =
                assertInstanceOf(Reply.Attr.class, later.answer().get(30, TimeUnit.SECONDS));
        assertEquals(5, reply.attributes().size());
    }

    @Test
    void theEndOfTheMountEndsTheWait() {
        Reply.Later later = open(TestKernel.READ);
        ended = true;
        fileSystem.close();
        assertThrows(ExecutionException.class, () -> later.answer().get(30, TimeUnit.SECONDS));
    }
}
