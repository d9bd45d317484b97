package io.forebay.mount.fs;

import static io.forebay.mount.fs.TestKernel.READ;
import static io.forebay.mount.fs.TestKernel.ROOT;
import static io.forebay.mount.fs.TestKernel.WRITE;
import static io.forebay.mount.fs.TestKernel.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files without a name that the kernel knows and that nobody has open. */
final class HeldFilesTest {
    @TempDir Path directory;

    private Stage stage;
    private ForebayFileSystem fileSystem;
    private TestKernel kernel;

    @BeforeEach
    void start() {
        stage = Stage.in(directory);
        fileSystem = stage.fileSystem(new FakeBacking(false));
        kernel = new TestKernel(fileSystem);
    }

    @AfterEach
    void end() {
        fileSystem.close();
        assertEquals(0, fileSystem.openFiles());
        assertEquals(0, fileSystem.unreleasedFiles());
        assertEquals(List.of(), stage.metadata().open());
        stage.close();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 2_000 && !condition.getAsBoolean(); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertTrue(condition.getAsBoolean());
    }

    private long file(String name) {
        Reply.Created created = kernel.create(ROOT, name, WRITE);
        long ino = created.entry().nodeId();
        kernel.write(ino, created.opened().handle(), 0, bytes(name));
        kernel.close(ino, created.opened().handle());
        return ino;
    }

    private void forget(long ino) {
        fileSystem.handle(
                new Request.Forget(TestKernel.header(ino), kernel.lookups().getOrDefault(ino, 0L)));
    }

    private void isOpened(long ino, String content) {
        assertEquals(Errno.ESTALE, errno(() -> kernel.open(ino, READ)));
        long handle = kernel.open(ino, READ).handle();
        assertArrayEquals(bytes(content), kernel.read(ino, handle, 0, 100));
        kernel.close(ino, handle);
    }

    private static Errno errno(Runnable work) {
        return assertThrows(FuseException.class, work::run).errno();
    }

    @Test
    void whatTheKernelKnowsStaysUntilItForgets() throws InterruptedException {
        long removed = file("removed");
        long replaced = file("replaced");
        long closed = file("closed");
        file("other");
        long handle = kernel.open(closed, READ).handle();
        Stage.drain(fileSystem);
        kernel.remove(ROOT, "removed", false);
        kernel.rename(ROOT, "other", ROOT, "replaced", 0);
        kernel.remove(ROOT, "closed", false);
        kernel.close(closed, handle);
        await(() -> stage.metadata().open().equals(List.of(removed, replaced, closed)));
        Stage.drain(fileSystem);
        stage.metadata().dropLeaving();
        isOpened(removed, "removed");
        isOpened(replaced, "replaced");
        isOpened(closed, "closed");
        assertEquals(0, kernel.attributes(removed).nlink());
        forget(removed);
        forget(replaced);
        forget(closed);
        await(() -> stage.metadata().open().isEmpty());
        stage.metadata().dropLeaving();
        assertEquals(Errno.ENOENT, errno(() -> kernel.open(removed, READ)));
    }

    /** They are looked at in the order in which they lost their names. */
    @Test
    void whatTheKernelForgetsAtOnceCostsNoCall() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            long ino = file("f" + i);
            kernel.remove(ROOT, "f" + i, false);
            forget(ino);
        }
        long last = file("last");
        Stage.drain(fileSystem);
        stage.metadata().takeCalls();
        kernel.remove(ROOT, "last", false);
        await(() -> stage.metadata().open().equals(List.of(last)));
        assertEquals(1, Collections.frequency(stage.metadata().takeCalls(), "open"));
    }

    @Test
    void aRemovedDirectoryIsEmpty() {
        long ino = kernel.makeDirectory(ROOT, "d");
        kernel.remove(ROOT, "d", true);
        assertEquals(List.of(), kernel.list(ino, false, 10));
        assertEquals(0, kernel.attributes(ino).nlink());
        forget(ino);
        assertThrows(FuseException.class, () -> kernel.openDirectory(ino));
    }
}
