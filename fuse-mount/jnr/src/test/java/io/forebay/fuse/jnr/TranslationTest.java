package io.forebay.fuse.jnr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Backing;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.fuse.session.MountOptions;
import io.forebay.fuse.session.TreeFileSystem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Calls of libfuse, in the order in which it makes them, without libfuse. */
final class TranslationTest {
    private static final Caller ROOT = new Caller(0, 0, 1, 022);
    private static final byte[] HIDDEN = path("/d/.fuse_hidden0000000200000001");

    @TempDir private Path bytes;

    private TreeFileSystem tree = new TreeFileSystem(Path.of(""), Backing.NONE);
    private Asking asking = new Asking(tree, () -> false);
    private Hidden hidden = new Hidden();
    private Paths paths = new Paths(asking, hidden);
    private FileCalls files = new FileCalls(asking, paths, hidden);
    private NodeCalls nodes = new NodeCalls(asking, paths, hidden, files, _ -> false);

    /** Whether the caller is in a rename(2). */
    private final AtomicBoolean renames = new AtomicBoolean();

    @BeforeEach
    void start() {
        tree = new TreeFileSystem(bytes, Backing.NONE);
        asking = new Asking(tree, () -> false);
        hidden = new Hidden();
        paths = new Paths(asking, hidden);
        files = new FileCalls(asking, paths, hidden);
        nodes = new NodeCalls(asking, paths, hidden, files, _ -> renames.get());
        nodes.makeDirectory(ROOT, path("/d"), 0777);
    }

    @AfterEach
    void everyLookupWasGivenBack() throws InterruptedException {
        assertEquals(0, files.size(), "no file is open");
        assertEquals(0, tree.awaitNoLookups());
    }

    @Test
    void pathsAreWalkedByTheirBytes() {
        byte[] name = {'/', 'd', '/', (byte) 0xff, (byte) 0xfe};
        files.release(ROOT, files.create(ROOT, name, 2, 0644), 2, OptionalLong.empty());
        assertEquals(Attributes.REGULAR | 0644, nodes.attributes(ROOT, name).mode());
        assertEquals(Attributes.DIRECTORY | 0755, nodes.attributes(ROOT, path("/d")).mode());
        assertEquals(1, nodes.attributes(ROOT, path("/")).ino());
        refused(Errno.ENOENT, () -> nodes.attributes(ROOT, path("/d/none")));
        refused(Errno.ENOENT, () -> nodes.attributes(ROOT, path("/none/below")));
        refused(Errno.ENOENT, () -> files.open(ROOT, path("/d/none"), 0));
    }

    /** libfuse: getattr of the new name, rename to it, the last release, unlink of it. */
    @Test
    void anUnlinkedFileHasNoNameAndLivesOn() {
        long handle = files.create(ROOT, path("/d/a"), 2, 0600);
        refused(Errno.ENOENT, () -> nodes.attributes(ROOT, HIDDEN));
        nodes.rename(ROOT, path("/d/a"), HIDDEN);
        refused(Errno.ENOENT, () -> nodes.attributes(ROOT, path("/d/a")));
        long ino = files.attributes(ROOT, handle).ino();
        assertEquals(ino, nodes.attributes(ROOT, HIDDEN).ino());
        assertEquals(3, write(handle, "abc"));
        assertEquals(3, files.attributes(ROOT, handle).size());
        files.release(ROOT, handle, 2, OptionalLong.empty());
        refused(Errno.ENOENT, () -> nodes.unlink(ROOT, HIDDEN));
    }

    @Test
    void aNameThatIsReplacedIsNeverAway() {
        long handle = files.create(ROOT, path("/d/latest"), 2, 0600);
        write(handle, "old");
        files.release(ROOT, files.create(ROOT, path("/d/next"), 2, 0600), 2, OptionalLong.empty());
        renames.set(true);
        nodes.rename(ROOT, path("/d/latest"), HIDDEN);
        assertEquals(3, nodes.attributes(ROOT, path("/d/latest")).size(), "not yet replaced");
        nodes.rename(ROOT, path("/d/next"), path("/d/latest"));
        assertEquals(0, nodes.attributes(ROOT, path("/d/latest")).size());
        assertEquals(3, nodes.attributes(ROOT, HIDDEN).size());
        files.release(ROOT, handle, 2, OptionalLong.empty());
    }

    @Test
    void namesOfTheLibraryAreForNobodyElse() {
        files.release(ROOT, files.create(ROOT, path("/d/a"), 2, 0600), 2, OptionalLong.empty());
        refused(Errno.EPERM, () -> nodes.rename(ROOT, path("/d/a"), HIDDEN));
        refused(Errno.EPERM, () -> files.create(ROOT, HIDDEN, 2, 0600));
        refused(Errno.EPERM, () -> nodes.makeDirectory(ROOT, HIDDEN, 0700));
        refused(Errno.EPERM, () -> nodes.link(ROOT, path("/d/a"), HIDDEN));
        assertTrue(Hidden.isName(Paths.name(HIDDEN)));
        assertFalse(Hidden.isName(utf8(".fuse_hidden")));
        assertFalse(Hidden.isName(utf8(".fuse_hidden000000020000000g")));
    }

    @Test
    void accessListsAreRefused() {
        XattrCalls xattrs = new XattrCalls(asking, paths);
        byte[] name = utf8("system.posix_acl_default");
        refused(Errno.EOPNOTSUPP, () -> xattrs.set(ROOT, path("/d"), name, new byte[4], 0));
        refused(Errno.EOPNOTSUPP, () -> xattrs.get(ROOT, path("/d"), name, 0));
        refused(Errno.EOPNOTSUPP, () -> xattrs.remove(ROOT, path("/d"), name));
    }

    @Test
    void accessListsAreNotListed() {
        byte[] names = utf8("user.a\0system.posix_acl_access\0user.b\0");
        List<Long> forgotten = new ArrayList<>();
        Asking listing =
                new Asking(
                        request ->
                                switch (request) {
                                    case Request.ListXattrs _ -> new Reply.Bytes(names);
                                    case Request.Forget forget -> {
                                        forgotten.add(forget.header().nodeId());
                                        yield new Reply.None();
                                    }
                                    default -> throw new FuseException(Errno.ENOSYS);
                                },
                        () -> false);
        XattrCalls xattrs = new XattrCalls(listing, new Paths(listing, hidden));
        assertArrayEquals(utf8("user.a\0user.b\0"), xattrs.list(ROOT, path("/")));
        assertEquals(List.of(), forgotten, "the root is never forgotten");
    }

    @Test
    void aWaitEndsWithASignal() {
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        Runnable interrupt = () -> answer.completeExceptionally(new FuseException(Errno.EINTR));
        Asking waiting = new Asking(_ -> new Reply.Later(answer, interrupt), () -> true);
        Request request = new Request.StatFs(waiting.header(ROOT, 1));
        refused(Errno.EINTR, () -> waiting.ask(request, Reply.Ok.class));
    }

    @Test
    void timesAreSetOmittedOrNow() {
        assertEquals(
                new SetTime(OptionalLong.of(-1), false),
                SetTime.of(-1, 999_999_999),
                "before 1970");
        assertEquals(new SetTime(OptionalLong.empty(), true), SetTime.of(0, (1L << 30) - 1));
        assertEquals(new SetTime(OptionalLong.empty(), false), SetTime.of(0, (1L << 30) - 2));
    }

    @Test
    void aCallersCallIsRead() {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        assertTrue(CallersCall.isRename((arm ? "276" : "316") + " 0xffffff9c 0x7f 0x0"));
        assertFalse(CallersCall.isRename((arm ? "35" : "87") + " 0x7f 0x0"));
        assertFalse(CallersCall.isRename("running"));
        assertFalse(new CallersCall().test(new Caller(0, 0, 0, 0)), "a process that is not seen");
    }

    @Test
    void commasInTheSourceAreEscaped() {
        MountOptions options =
                MountOptions.of(Path.of("/mnt")).withSource("forebay:a,b").withAllowOther(true);
        String list = JnrFuse.arguments(options)[3];
        assertTrue(list.startsWith("fsname=forebay:a\\,b,subtype=forebay,"), list);
        assertTrue(list.contains(",allow_other,"), list);
        String own = JnrFuse.arguments(options.withAllowOther(false))[3];
        assertFalse(own.contains("allow_other"), own);
    }

    private int write(long handle, String text) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] content = utf8(text);
            MemorySegment data = arena.allocate(content.length);
            data.copyFrom(MemorySegment.ofArray(content));
            return files.write(ROOT, handle, data, 0, 2);
        }
    }

    private static void refused(Errno errno, Executable call) {
        assertEquals(errno, assertThrows(FuseException.class, call).errno());
    }

    private static byte[] path(String text) {
        return utf8(text);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
