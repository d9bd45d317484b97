package io.forebay.fuse.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FileSystem;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.KernelCache;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.fuse.posix.Mounts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A kernel that believes all it was told for an hour, until it is told otherwise. */
@Timeout(60)
final class NoticesTest {
    private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);

    @TempDir private Path directory;

    private final AtomicInteger lookups = new AtomicInteger();
    private final AtomicInteger attributes = new AtomicInteger();
    private Path root = Path.of("");
    private FuseSession session;
    private KernelCache cache = KernelCache.NONE;

    @BeforeEach
    void mount() throws Exception {
        boolean can = MountableHere.check();
        if (!can) {
            System.out.println("SKIPPED NoticesTest: needs /dev/fuse and CAP_SYS_ADMIN");
        }
        assumeTrue(can);
        root = Files.createDirectories(directory.resolve("mount"));
        Path bytes = Files.createDirectories(directory.resolve("bytes"));
        session =
                FuseSession.mount(
                        MountOptions.of(root).withPassthrough(false),
                        backing -> new Believing(new TreeFileSystem(bytes, backing)));
        cache = session.cache();
    }

    @AfterEach
    void unmount() {
        if (session != null) {
            session.close();
        }
        Mounts.force(root);
    }

    /** Lets the kernel believe everything for an hour, absent names too, and counts its asking. */
    private final class Believing implements FileSystem {
        private final FileSystem next;

        private Believing(FileSystem next) {
            this.next = next;
        }

        @Override
        public Reply handle(Request request) {
            if (request instanceof Request.Lookup) {
                lookups.incrementAndGet();
            }
            if (request instanceof Request.GetAttr || request instanceof Request.Statx) {
                attributes.incrementAndGet();
            }
            try {
                return believed(next.handle(request));
            } catch (FuseException e) {
                if (e.errno() == Errno.ENOENT && request instanceof Request.Lookup) {
                    return new Reply.NegativeEntry(HOUR_NANOS);
                }
                throw e;
            }
        }

        @Override
        public void directoryTaken(
                Request.ReadDirectory request, List<Reply.DirectoryEntry> taken) {
            next.directoryTaken(request, taken);
        }

        private static Reply believed(Reply reply) {
            return switch (reply) {
                case Reply.Entry entry -> believed(entry);
                case Reply.Created made -> new Reply.Created(believed(made.entry()), made.opened());
                case Reply.Attr attr -> new Reply.Attr(attr.attributes(), HOUR_NANOS);
                case Reply.Statx attr -> new Reply.Statx(attr.attributes(), HOUR_NANOS);
                case Reply.NegativeEntry _ -> new Reply.NegativeEntry(HOUR_NANOS);
                default -> reply;
            };
        }

        private static Reply.Entry believed(Reply.Entry entry) {
            return new Reply.Entry(
                    entry.nodeId(), entry.generation(), entry.attributes(), HOUR_NANOS, HOUR_NANOS);
        }
    }

    @Test
    void anExpiredNameIsLookedUpOnce() throws Exception {
        Path file = Files.createFile(root.resolve("x"));
        assertLookups(0, file);
        cache.expireName(1, name("x"));
        assertLookups(1, file);
        assertLookups(0, file);
        cache.expireName(1, name("unknown"));
        cache.expireName(999, name("x"));
        assertLookups(0, file);
    }

    @Test
    void anExpiredAbsenceEnds() throws Exception {
        Path file = root.resolve("x");
        assertFalse(Files.exists(file));
        assertLookups(0, file);
        cache.expireName(1, name("x"));
        assertLookups(1, file);
    }

    @Test
    void allNamesExpireTogether() throws Exception {
        Path one = Files.createFile(root.resolve("one"));
        Path other = Files.createFile(root.resolve("other"));
        assertLookups(0, one);
        if (!cache.expireAllNames()) {
            System.out.println("SKIPPED NoticesTest.allNames...: needs Linux 6.16");
            return;
        }
        assertLookups(1, one);
        assertLookups(1, other);
        assertLookups(0, one);
    }

    @Test
    void attributesAreAskedForAnew() throws Exception {
        Path file = Files.createFile(root.resolve("x"));
        long node = Long.parseLong(Files.getAttribute(file, "unix:ino").toString());
        int before = attributes.get();
        long size = Files.size(file);
        assertEquals(before, attributes.get());
        cache.forgetAttributes(node);
        assertEquals(size, Files.size(file));
        assertEquals(before + 1, attributes.get());
        cache.forgetContent(node);
        assertEquals(size, Files.size(file));
        assertEquals(before + 2, attributes.get());
        cache.forgetAttributes(999);
    }

    @Test
    void aRemovedNameIsGivenUp() throws Exception {
        Path file = Files.createFile(root.resolve("x"));
        Path full = Files.createDirectories(root.resolve("full"));
        Files.createFile(full.resolve("y"));
        long node = (long) Files.getAttribute(file, "unix:ino");
        long directoryNode = (long) Files.getAttribute(full, "unix:ino");
        cache.removedName(1, node, name("x"));
        assertLookups(1, file);
        cache.removedName(1, directoryNode, name("full")); // not empty here: looked up when used
        assertTrue(Files.exists(full.resolve("y")));
        cache.removedName(1, 999, name("x"));
    }

    private void assertLookups(int expected, Path file) {
        int before = lookups.get();
        boolean _ = Files.exists(file);
        assertEquals(expected, lookups.get() - before);
    }

    private static byte[] name(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
