package io.forebay.fuse.session;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Backing;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FileSystem;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.OpenFlags;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.fuse.posix.RawFile;
import io.forebay.fuse.posix.ThisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A tree in memory whose files' bytes lie in a directory; for the tests of a real mount. */
public final class TreeFileSystem implements FileSystem {
    private static final int OPEN_TRUNCATE = 01000;
    private static final int OPEN_EXCLUSIVE = 0200;
    private static final int NO_REPLACE = 1;
    private static final long SECOND = 1_000_000_000L;

    private final Path bytes;
    private final Backing backing;
    private final Map<Long, Node> nodes = new HashMap<>();
    private final AtomicLong nextIno = new AtomicLong(1);

    /** Written under this; read by the tests once the mount has ended. */
    private final AtomicLong passthroughOpens = new AtomicLong();

    private final AtomicLong dataRequests = new AtomicLong();

    public TreeFileSystem(Path bytes, Backing backing) {
        this.bytes = bytes;
        this.backing = backing;
        Node root = node(Attributes.DIRECTORY | 0755, 0, 0);
        root.lookups = 1;
    }

    public long passthroughOpens() {
        return passthroughOpens.get();
    }

    /** READ and WRITE requests. */
    public long dataRequests() {
        return dataRequests.get();
    }

    /** Waits, for 10 s at most, until the kernel has given all lookups but the root's back. */
    public synchronized long awaitNoLookups() throws InterruptedException {
        for (int round = 0; lookups() != 0 && round < 100; round++) {
            wait(100);
        }
        return lookups();
    }

    private long lookups() {
        return nodes.values().stream()
                .filter(node -> node.ino != 1)
                .mapToLong(node -> node.lookups)
                .sum();
    }

    @Override
    public Reply handle(Request request) {
        try {
            return switch (request) {
                case Request.Read read -> read(read);
                case Request.Write write -> write(write);
                default -> locked(request);
            };
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public synchronized void directoryTaken(
            Request.ReadDirectory request, List<Reply.DirectoryEntry> taken) {
        for (Reply.DirectoryEntry entry : taken) {
            if (entry.entry() != null) {
                node(entry.entry().nodeId()).lookups++;
            }
        }
    }

    private synchronized Reply locked(Request request) throws IOException {
        Node node = node(request.header().nodeId());
        return switch (request) {
            case Request.Lookup(Request.Header header, byte[] name) -> lookup(node, text(name));
            case Request.Forget(Request.Header header, long count) -> forget(node, count);
            case Request.GetAttr getAttr -> new Reply.Attr(node.attributes(), SECOND);
            case Request.SetAttr(Request.Header header, Request.AttributeChange change) ->
                    setAttr(node, change);
            case Request.ReadLink readLink ->
                    new Reply.Bytes(node.target.getBytes(StandardCharsets.UTF_8));
            case Request.SymLink(Request.Header header, byte[] name, byte[] target) -> {
                Node link = add(node, text(name), Attributes.SYMLINK | 0777, header);
                link.target = text(target);
                yield entry(link);
            }
            case Request.MakeDirectory(Request.Header header, byte[] name, int mode, int umask) ->
                    entry(add(node, text(name), Attributes.DIRECTORY | (mode & ~umask), header));
            case Request.MakeNode make ->
                    entry(add(node, text(make.name()), make.mode() & ~make.umask(), make.header()));
            case Request.Create create -> create(node, create);
            case Request.CreateUnnamed _ -> throw new FuseException(Errno.ENOSYS);
            case Request.Unlink(Request.Header header, byte[] name) -> remove(node, text(name));
            case Request.RemoveDirectory(Request.Header header, byte[] name) ->
                    removeDirectory(node, text(name));
            case Request.Rename rename -> rename(node, rename);
            case Request.Open open -> open(node, open.flags());
            case Request.Release release -> release(node);
            case Request.ReadDirectory read -> readDirectory(node, read);
            case Request.OpenDirectory open -> new Reply.Opened(0, 0, 0);
            case Request.Fsync fsync -> new Reply.Ok();
            case Request.Flush flush -> new Reply.Ok();
            case Request.FsyncDirectory fsync -> new Reply.Ok();
            case Request.ReleaseDirectory release -> new Reply.Ok();
            case Request.StatFs statFs -> new Reply.FileSystemStatus(4096, 1000, 400, 50, 20, 255);
            case Request.Read read -> throw new AssertionError(read);
            case Request.Write write -> throw new AssertionError(write);
            case Request.GetLock _, Request.SetLock _ -> throw new FuseException(Errno.ENOSYS);
            case Request.Statx statx -> new Reply.Statx(node.attributes(), SECOND);
            case Request.Link _, Request.SetXattr _, Request.GetXattr _ ->
                    throw new FuseException(Errno.ENOSYS);
            case Request.ListXattrs _, Request.RemoveXattr _ ->
                    throw new FuseException(Errno.ENOSYS);
            case Request.GetFlags _, Request.SetFlags _ -> throw new FuseException(Errno.ENOSYS);
            case Request.Fallocate _, Request.Seek _, Request.CopyRange _, Request.Unsupported _ ->
                    throw new FuseException(Errno.ENOSYS);
        };
    }

    private Reply lookup(Node directory, String name) {
        Node child = directory.children.get(name);
        return child == null ? new Reply.NegativeEntry(0) : entry(child);
    }

    private Reply forget(Node node, long count) {
        node.lookups -= count;
        notifyAll();
        return new Reply.None();
    }

    private Reply setAttr(Node node, Request.AttributeChange change) throws IOException {
        node.mode = change.mode().orElse(node.permissions()) | (node.mode & Attributes.TYPE_MASK);
        node.uid = change.uid().orElse(node.uid);
        node.gid = change.gid().orElse(node.gid);
        node.mtimeNanos = change.mtimeNanos().orElse(node.mtimeNanos);
        if (change.size().isPresent()) {
            resize(node, change.size().getAsLong());
        }
        return new Reply.Attr(node.attributes(), SECOND);
    }

    private void resize(Node node, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(node.file(), StandardOpenOption.WRITE)) {
            if (size > channel.size()) {
                channel.write(ByteBuffer.allocate(1), size - 1);
            }
            channel.truncate(size);
        }
    }

    private Reply create(Node directory, Request.Create create) throws IOException {
        String name = text(create.name());
        Node present = directory.children.get(name);
        if (present != null && (create.flags() & OPEN_EXCLUSIVE) != 0) {
            throw new FuseException(Errno.EEXIST);
        }
        int mode = Attributes.REGULAR | (create.mode() & ~create.umask());
        Node file = present != null ? present : add(directory, name, mode, create.header());
        return new Reply.Created(entry(file), open(file, create.flags()));
    }

    private Reply.Opened open(Node node, int flags) throws IOException {
        if ((flags & OPEN_TRUNCATE) != 0) {
            resize(node, 0);
        }
        if (node.opens++ == 0) {
            node.channel =
                    FileChannel.open(
                            node.file(), StandardOpenOption.READ, StandardOpenOption.WRITE);
            node.backingId = backing.available() ? register(node.file()) : 0;
        }
        if (node.backingId == 0) {
            return new Reply.Opened(
                    node.ino, OpenFlags.DIRECT_IO | OpenFlags.PARALLEL_DIRECT_WRITES, 0);
        }
        passthroughOpens.incrementAndGet();
        return new Reply.Opened(node.ino, OpenFlags.PASSTHROUGH, node.backingId);
    }

    private int register(Path file) {
        int descriptor = RawFile.open(file);
        try {
            return backing.open(descriptor);
        } finally {
            ThisProcess.closeDescriptor(descriptor);
        }
    }

    private Reply release(Node node) throws IOException {
        if (--node.opens == 0) {
            node.channel().close();
            if (node.backingId != 0) {
                backing.close(node.backingId);
            }
        }
        return new Reply.Ok();
    }

    private Reply remove(Node directory, String name) {
        if (directory.children.remove(name) == null) {
            throw new FuseException(Errno.ENOENT);
        }
        return new Reply.Ok();
    }

    private Reply removeDirectory(Node directory, String name) {
        if (!child(directory, name).children.isEmpty()) {
            throw new FuseException(Errno.ENOTEMPTY);
        }
        return remove(directory, name);
    }

    private Reply rename(Node directory, Request.Rename rename) {
        String name = text(rename.name());
        String newName = text(rename.newName());
        Node target = node(rename.newParent());
        if ((rename.flags() & NO_REPLACE) != 0 && target.children.containsKey(newName)) {
            throw new FuseException(Errno.EEXIST);
        }
        Node moved = child(directory, name);
        directory.children.remove(name);
        target.children.put(newName, moved);
        return new Reply.Ok();
    }

    private Reply readDirectory(Node directory, Request.ReadDirectory read) {
        List<Reply.DirectoryEntry> entries = new ArrayList<>();
        List<Map.Entry<String, Node>> all = new ArrayList<>();
        all.add(Map.entry(".", directory));
        all.add(Map.entry("..", directory));
        all.addAll(directory.children.entrySet());
        for (int index = (int) read.offset(); index < all.size(); index++) {
            Node node = all.get(index).getValue();
            entries.add(
                    new Reply.DirectoryEntry(
                            node.ino,
                            all.get(index).getKey().getBytes(StandardCharsets.UTF_8),
                            node.mode,
                            index + 1,
                            read.plus() ? uncounted(node) : null));
        }
        return new Reply.Directory(entries);
    }

    private Reply read(Request.Read read) throws IOException {
        dataRequests.incrementAndGet();
        MemorySegment data = Arena.ofAuto().allocate(read.size());
        ByteBuffer buffer = data.asByteBuffer();
        channel(read.header()).read(buffer, read.offset());
        return new Reply.Data(data.asSlice(0, buffer.position()));
    }

    private Reply write(Request.Write write) throws IOException {
        dataRequests.incrementAndGet();
        ByteBuffer buffer = write.data().asByteBuffer();
        channel(write.header()).write(buffer, write.offset());
        return new Reply.Written(buffer.position());
    }

    private synchronized FileChannel channel(Request.Header header) {
        return node(header.nodeId()).channel();
    }

    private Node add(Node directory, String name, int mode, Request.Header header) {
        if (directory.children.containsKey(name)) {
            throw new FuseException(Errno.EEXIST);
        }
        Node child = node(mode, header.uid(), header.gid());
        directory.children.put(name, child);
        return child;
    }

    private Node node(int mode, int uid, int gid) {
        Node node = new Node(nextIno.getAndIncrement(), mode, uid, gid);
        if (node.isRegular()) {
            try {
                Files.createFile(node.file());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        nodes.put(node.ino, node);
        return node;
    }

    private Node node(long ino) {
        Node node = nodes.get(ino);
        if (node == null) {
            throw new FuseException(Errno.ESTALE);
        }
        return node;
    }

    private static Node child(Node directory, String name) {
        Node child = directory.children.get(name);
        if (child == null) {
            throw new FuseException(Errno.ENOENT);
        }
        return child;
    }

    private static Reply.Entry entry(Node node) {
        node.lookups++;
        return uncounted(node);
    }

    private static Reply.Entry uncounted(Node node) {
        return new Reply.Entry(node.ino, 0, node.attributes(), SECOND, SECOND);
    }

    private static String text(byte[] name) {
        return new String(name, StandardCharsets.UTF_8);
    }

    /** All fields are guarded by the file system. */
    private final class Node {
        final long ino;
        final Map<String, Node> children = new TreeMap<>();
        int mode;
        int uid;
        int gid;
        int opens;
        int backingId;
        long lookups;
        long mtimeNanos = 1_700_000_000L * SECOND;
        String target = "";
        @Nullable FileChannel channel;

        Node(long ino, int mode, int uid, int gid) {
            this.ino = ino;
            this.mode = mode;
            this.uid = uid;
            this.gid = gid;
        }

        boolean isRegular() {
            return (mode & Attributes.TYPE_MASK) == Attributes.REGULAR;
        }

        int permissions() {
            return mode & ~Attributes.TYPE_MASK;
        }

        Path file() {
            return bytes.resolve(String.valueOf(ino));
        }

        FileChannel channel() {
            if (channel == null) {
                throw new FuseException(Errno.EBADF);
            }
            return channel;
        }

        Attributes attributes() {
            long size = isRegular() ? size() : target.length();
            long blocks = (size + 511) / 512;
            long time = mtimeNanos;
            return new Attributes(ino, mode, 1, uid, gid, 0, size, blocks, time, time, time, time);
        }

        private long size() {
            try {
                return Files.size(file());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
