package io.forebay.mount.fs;

import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.fuse.wire.InHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Asks a file system what the kernel asks, and keeps the kernel's books of lookups. */
final class TestKernel {
    static final int READ = 0;
    static final int WRITE = 1;
    static final int READ_WRITE = 2;
    static final int CREATE = 0100;
    static final int EXCLUSIVE = 0200;
    static final int TRUNCATE = 01000;
    static final int APPEND = 02000;
    static final long ROOT = 1;

    private static final int PAGE_BYTES = 4096;

    private final ForebayFileSystem fileSystem;
    private final Map<Long, Long> lookups = new HashMap<>();

    TestKernel(ForebayFileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    static Request.Header header(long ino) {
        return new Request.Header(1, ino, 1000, 1000, 42);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** An inode, or a FuseException; a negative entry is ENOENT. */
    long lookup(long parent, String name) {
        Reply reply = fileSystem.handle(new Request.Lookup(header(parent), bytes(name)));
        if (reply instanceof Reply.NegativeEntry) {
            throw new FuseException(io.forebay.fuse.Errno.ENOENT);
        }
        return counted((Reply.Entry) reply);
    }

    long makeDirectory(long parent, String name) {
        return counted(
                (Reply.Entry)
                        fileSystem.handle(
                                new Request.MakeDirectory(header(parent), bytes(name), 0755, 0)));
    }

    long symLink(long parent, String name, String target) {
        return counted(
                (Reply.Entry)
                        fileSystem.handle(
                                new Request.SymLink(header(parent), bytes(name), bytes(target))));
    }

    String readLink(long ino) {
        Reply.Bytes bytes = (Reply.Bytes) fileSystem.handle(new Request.ReadLink(header(ino)));
        return new String(bytes.bytes(), StandardCharsets.UTF_8);
    }

    void remove(long parent, String name, boolean directory) {
        fileSystem.handle(
                directory
                        ? new Request.RemoveDirectory(header(parent), bytes(name))
                        : new Request.Unlink(header(parent), bytes(name)));
    }

    void rename(long parent, String name, long newParent, String newName, int flags) {
        fileSystem.handle(
                new Request.Rename(header(parent), bytes(name), newParent, bytes(newName), flags));
    }

    Reply.Created create(long parent, String name, int flags) {
        Reply.Created created =
                (Reply.Created)
                        fileSystem.handle(
                                new Request.Create(
                                        header(parent), bytes(name), flags | CREATE, 0644, 0));
        counted(created.entry());
        return created;
    }

    Reply.Opened open(long ino, int flags) {
        return (Reply.Opened) fileSystem.handle(new Request.Open(header(ino), flags, false));
    }

    int write(long ino, long handle, long offset, byte[] data) {
        return write(header(ino), handle, offset, data, false);
    }

    /** As a mapping's pages come. */
    int writeMapped(long ino, long handle, long offset, byte[] data) {
        return write(header(ino), handle, offset, data, true);
    }

    /** As it comes after a takeover. */
    int writeAgain(long ino, long handle, long offset, byte[] data) {
        long resent = 1 | InHeader.RESENT;
        Request.Header again = new Request.Header(resent, ino, 1000, 1000, 42);
        return write(again, handle, offset, data, false);
    }

    private int write(
            Request.Header header, long handle, long offset, byte[] data, boolean mapped) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(1, data.length));
            MemorySegment.copy(data, 0, buffer, ValueLayout.JAVA_BYTE, 0, data.length);
            MemorySegment slice = buffer.asSlice(0, data.length);
            Reply reply =
                    fileSystem.handle(
                            new Request.Write(header, handle, offset, slice, false, false, mapped));
            return ((Reply.Written) reply).bytes();
        }
    }

    byte[] read(long ino, long handle, long offset, int size) {
        Reply reply = fileSystem.handle(new Request.Read(header(ino), handle, offset, size));
        return ((Reply.Data) reply).data().toArray(ValueLayout.JAVA_BYTE);
    }

    void flush(long ino, long handle) {
        fileSystem.handle(new Request.Flush(header(ino), handle, 9));
    }

    void fsync(long ino, long handle) {
        fileSystem.handle(new Request.Fsync(header(ino), handle, false));
    }

    void release(long ino, long handle) {
        fileSystem.handle(new Request.Release(header(ino), handle, 0, OptionalLong.empty()));
    }

    /** close(2) of the only descriptor. */
    void close(long ino, long handle) {
        flush(ino, handle);
        release(ino, handle);
    }

    io.forebay.fuse.Attributes attributes(long ino) {
        Reply reply = fileSystem.handle(new Request.GetAttr(header(ino), OptionalLong.empty()));
        return ((Reply.Attr) reply).attributes();
    }

    io.forebay.fuse.Attributes truncate(long ino, long size, OptionalLong handle) {
        return change(ino, OptionalLong.of(size), OptionalLong.empty(), handle);
    }

    io.forebay.fuse.Attributes setMtime(long ino, long nanos) {
        return change(ino, OptionalLong.empty(), OptionalLong.of(nanos), OptionalLong.empty());
    }

    private io.forebay.fuse.Attributes change(
            long ino, OptionalLong size, OptionalLong mtime, OptionalLong handle) {
        Reply reply =
                fileSystem.handle(
                        new Request.SetAttr(
                                header(ino),
                                new Request.AttributeChange(
                                        OptionalInt.empty(),
                                        OptionalInt.empty(),
                                        OptionalInt.empty(),
                                        size,
                                        OptionalLong.empty(),
                                        mtime,
                                        false,
                                        false,
                                        handle,
                                        false)));
        return ((Reply.Attr) reply).attributes();
    }

    /** All names but the dots, read in replies of a few entries. */
    List<String> list(long ino, boolean plus, int entriesEach) {
        Reply.Opened opened =
                (Reply.Opened) fileSystem.handle(new Request.OpenDirectory(header(ino), 0));
        List<String> names = new ArrayList<>();
        long offset = 0;
        while (true) {
            List<Reply.DirectoryEntry> taken =
                    page(ino, opened.handle(), offset, plus, entriesEach);
            if (taken.isEmpty()) {
                break;
            }
            taken.forEach(entry -> names.add(new String(entry.name(), StandardCharsets.UTF_8)));
            offset = taken.getLast().nextOffset();
        }
        fileSystem.handle(new Request.ReleaseDirectory(header(ino), opened.handle()));
        names.removeAll(List.of(".", ".."));
        return names;
    }

    List<Reply.DirectoryEntry> page(
            long ino, long handle, long offset, boolean plus, int entriesMax) {
        Request.ReadDirectory request =
                new Request.ReadDirectory(header(ino), handle, offset, PAGE_BYTES, plus);
        List<Reply.DirectoryEntry> entries =
                ((Reply.Directory) fileSystem.handle(request)).entries();
        List<Reply.DirectoryEntry> taken = entries.subList(0, Math.min(entriesMax, entries.size()));
        fileSystem.directoryTaken(request, taken);
        for (Reply.DirectoryEntry entry : taken) {
            if (entry.entry() != null) {
                lookups.merge(entry.ino(), 1L, Long::sum);
            }
        }
        return taken;
    }

    long openDirectory(long ino) {
        return ((Reply.Opened) fileSystem.handle(new Request.OpenDirectory(header(ino), 0)))
                .handle();
    }

    Map<Long, Long> lookups() {
        return lookups;
    }

    void forgetAll() {
        lookups.forEach((ino, count) -> fileSystem.handle(new Request.Forget(header(ino), count)));
        lookups.clear();
    }

    private long counted(Reply.Entry entry) {
        lookups.merge(entry.nodeId(), 1L, Long::sum);
        return entry.nodeId();
    }
}
