package io.forebay.mount.meta;

import com.google.protobuf.ByteString;
import io.forebay.proto.Attributes;
import io.forebay.proto.CommitRequest;
import io.forebay.proto.DirectoryEntry;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileSystemStatusReply;
import io.forebay.proto.FinalSize;
import io.forebay.proto.FlushState;
import io.forebay.proto.Grant;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.proto.ReadDirectoryReply;
import io.forebay.proto.ReadDirectoryRequest;
import io.forebay.proto.RenameReply;
import io.forebay.proto.RenameRequest;
import io.forebay.proto.SetAttributesRequest;
import io.forebay.schema.ForebayException;
import java.time.InstantSource;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The nodes of {@link FakeMetadata}, which guards them. */
final class FakeTree {
    static final long ROOT = 1;

    /** As the service, whatever is asked for. */
    private static final int PAGE_MAX = 1_000;

    static final FileSystemStatusReply STATUS =
            FileSystemStatusReply.newBuilder()
                    .setTotalBytes(1L << 40)
                    .setFreeBytes(1L << 39)
                    .setTotalInodes(1000)
                    .setFreeInodes(900)
                    .build();

    private final InstantSource clock;
    final FakeStore store = new FakeStore();
    final Map<Long, Node> nodes = new TreeMap<>();

    /** Files that nobody needs, and that can be opened for a while. */
    final Map<Long, Node> leaving = new TreeMap<>();

    private long lastIno = ROOT;
    private long lastSequence;
    Runnable beforeNextOpened = () -> {};

    FakeTree(InstantSource clock) {
        this.clock = clock;
        Node root = new Node(ROOT, NodeType.NODE_TYPE_DIRECTORY, ROOT);
        root.attributes.setMode(0755).setNlink(2);
        nodes.put(ROOT, root);
        now(root);
    }

    OpenReply opened(Node node, boolean read, boolean write, boolean truncate) {
        if (truncate) {
            node.attributes.setSize(0).setMtimeNanos(nanos());
        }
        node.reading |= read;
        node.writing(node.writing || write);
        lastSequence++;
        node.sequence = lastSequence;
        long ino = node.attributes.getIno();
        OpenReply.Builder reply = OpenReply.newBuilder().setOpenSequence(lastSequence);
        Runnable first = beforeNextOpened;
        beforeNextOpened = () -> {};
        first.run();
        return reply.setAttributes(node.attributes)
                .setStore(write && store.isOn())
                .setGrant(
                        Grant.newBuilder()
                                .setToken(
                                        ByteString.copyFromUtf8(
                                                ino + " " + write + " " + truncate)))
                .build();
    }

    Node committed(CommitRequest request) {
        Node node = node(request.getIno());
        if (!node.writing) {
            throw refused(FailureKind.FAILURE_STALE);
        }
        commit(node, request.getWritten());
        return node;
    }

    static final class Node {
        final Attributes.Builder attributes;
        final NavigableMap<ByteString, Long> children =
                new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        final NavigableMap<ByteString, ByteString> xattrs =
                new TreeMap<>(ByteString.unsignedLexicographicalComparator());

        /** Of a file with several names the one whose names changed last. */
        long parent;

        ByteString target = ByteString.EMPTY;
        boolean reading;
        boolean writing;
        long sequence;

        Node(long ino, NodeType type, long parent) {
            attributes = Attributes.newBuilder().setIno(ino).setType(type);
            this.parent = parent;
        }

        void writing(boolean now) {
            if (writing != now) {
                writing = now;
                attributes.setFlushState(
                        now ? FlushState.FLUSH_STATE_OPEN : FlushState.FLUSH_STATE_QUEUED);
            }
        }

        boolean directory() {
            return attributes.getType() == NodeType.NODE_TYPE_DIRECTORY;
        }
    }

    RenameReply renamed(RenameRequest request) {
        Node from = directory(request.getParent());
        Node to = directory(request.getNewParent());
        Node moved = child(request.getParent(), request.getName());
        Long targetIno = to.children.get(request.getNewName());
        @Nullable Node target = targetIno == null ? null : node(targetIno);
        if (target != null && request.getNoReplace()) {
            throw refused(FailureKind.FAILURE_EXISTS);
        }
        if (isWithin(to, moved) && moved.directory()) {
            throw refused(FailureKind.FAILURE_INVALID);
        }
        if (request.getExchange()) {
            if (target == null) {
                throw refused(FailureKind.FAILURE_NOT_FOUND);
            }
            if (target.directory() && isWithin(from, target)) {
                throw refused(FailureKind.FAILURE_INVALID);
            }
            from.children.put(request.getName(), target.attributes.getIno());
            target.parent = from.attributes.getIno();
            changed(to, target, -1);
            changed(from, target, 1);
        } else if (target == moved) {
            return RenameReply.newBuilder().setMoved(moved.attributes).build();
        } else {
            if (target != null) {
                checkRemovable(target, moved.directory());
                lost(target);
                changed(to, target, -1);
            }
            from.children.remove(request.getName());
        }
        to.children.put(request.getNewName(), moved.attributes.getIno());
        moved.parent = to.attributes.getIno();
        changed(from, moved, -1);
        changed(to, moved, 1);
        RenameReply.Builder reply =
                RenameReply.newBuilder()
                        .setMoved(moved.attributes)
                        .setParent(from.attributes)
                        .setNewParent(to.attributes);
        if (target != null && !request.getExchange()) {
            reply.setReplaced(target.attributes);
        }
        return reply.build();
    }

    boolean isWithin(Node directory, Node above) {
        Node at = directory;
        while (at != above && at.attributes.getIno() != ROOT) {
            at = node(at.parent);
        }
        return at == above;
    }

    static void checkRemovable(Node node, boolean directory) {
        if (directory && !node.directory()) {
            throw refused(FailureKind.FAILURE_NOT_DIRECTORY);
        }
        if (!directory && node.directory()) {
            throw refused(FailureKind.FAILURE_IS_DIRECTORY);
        }
        if (!node.children.isEmpty()) {
            throw refused(FailureKind.FAILURE_NOT_EMPTY);
        }
    }

    void lost(Node node) {
        int links = node.attributes.getNlink();
        node.attributes.setNlink(node.directory() ? 0 : links - 1).setCtimeNanos(nanos());
        forgetUnused(node);
    }

    void forgetUnused(Node node) {
        if (node.attributes.getNlink() == 0 && !node.reading && !node.writing) {
            nodes.remove(node.attributes.getIno());
            leaving.put(node.attributes.getIno(), node);
        }
    }

    /** A node that is opened: it stays. */
    Node takenBack(long ino) {
        Node node = leaving.remove(ino);
        if (node != null && !node.directory()) {
            nodes.put(ino, node);
        }
        return node(ino);
    }

    Node add(Node parent, ByteString name, NodeType type, int mode) {
        Node node = make(parent, type, mode);
        node.attributes.setNlink(node.directory() ? 2 : 1);
        parent.children.put(name, lastIno);
        changed(parent, node, 1);
        return node;
    }

    Node unnamed(Node parent, int mode) {
        return make(parent, NodeType.NODE_TYPE_FILE, mode);
    }

    private Node make(Node parent, NodeType type, int mode) {
        lastIno++;
        Node node = new Node(lastIno, type, parent.attributes.getIno());
        node.attributes.setMode(mode).setGeneration(1);
        now(node);
        nodes.put(lastIno, node);
        return node;
    }

    void link(Node node, Node parent, ByteString name) {
        parent.children.put(name, node.attributes.getIno());
        node.attributes.setNlink(node.attributes.getNlink() + 1).setCtimeNanos(nanos());
        node.parent = parent.attributes.getIno();
        changed(parent, node, 1);
    }

    void setXattr(Node node, ByteString name, @Nullable ByteString value) {
        if (value == null) {
            node.xattrs.remove(name);
        } else {
            node.xattrs.put(name, value);
        }
        node.attributes.setHasXattrs(!node.xattrs.isEmpty()).setCtimeNanos(nanos());
    }

    /** A name came or went: the directory's times, and its links for the ".." of a directory. */
    void changed(Node directory, Node child, int count) {
        directory.attributes.setMtimeNanos(nanos()).setCtimeNanos(nanos());
        if (child.directory()) {
            directory.attributes.setNlink(directory.attributes.getNlink() + count);
        }
    }

    void now(Node node) {
        node.attributes.setAtimeNanos(nanos()).setMtimeNanos(nanos()).setCtimeNanos(nanos());
        node.attributes.setBirthNanos(nanos() - TimeUnit.DAYS.toNanos(1));
    }

    ReadDirectoryReply page(ReadDirectoryRequest request) {
        Node node = directory(request.getIno());
        ReadDirectoryReply.Builder reply = ReadDirectoryReply.newBuilder().setParent(node.parent);
        Map<ByteString, Long> rest =
                request.getAfter().isEmpty()
                        ? node.children
                        : node.children.tailMap(request.getAfter(), false);
        for (Map.Entry<ByteString, Long> entry : rest.entrySet()) {
            if (reply.getEntriesCount() == Math.min(PAGE_MAX, request.getLimit())) {
                return reply.build();
            }
            Attributes child = node(entry.getValue()).attributes.build();
            reply.addEntries(
                    DirectoryEntry.newBuilder()
                            .setName(entry.getKey())
                            .setIno(entry.getValue())
                            .setType(child.getType())
                            .setAttributes(child));
        }
        return reply.setEnd(true).build();
    }

    void change(Attributes.Builder to, SetAttributesRequest request) {
        to.setMode(request.hasMode() ? request.getMode() : to.getMode());
        to.setUid(request.hasUid() ? request.getUid() : to.getUid());
        to.setGid(request.hasGid() ? request.getGid() : to.getGid());
        to.setFlags(request.hasFlags() ? request.getFlags() : to.getFlags());
        to.setMode(request.getKillSetId() ? to.getMode() & ~06000 : to.getMode());
        to.setCtimeNanos(nanos());
        if (request.getAtimeNow() || request.hasAtimeNanos()) {
            to.setAtimeNanos(request.getAtimeNow() ? nanos() : request.getAtimeNanos());
        }
        if (request.getMtimeNow() || request.hasMtimeNanos()) {
            to.setMtimeNanos(request.getMtimeNow() ? nanos() : request.getMtimeNanos());
        }
    }

    void commit(Node node, FinalSize size) {
        node.attributes
                .setSize(size.getSize())
                .setMtimeNanos(size.getMtimeNanos())
                .setBlocks(size.getBlocks())
                .setCtimeNanos(nanos());
    }

    Node child(long parent, ByteString name) {
        Long ino = directory(parent).children.get(name);
        if (ino == null) {
            throw refused(FailureKind.FAILURE_NOT_FOUND);
        }
        return node(ino);
    }

    Node directory(long ino) {
        Node node = node(ino);
        if (!node.directory()) {
            throw refused(FailureKind.FAILURE_NOT_DIRECTORY);
        }
        return node;
    }

    Node node(long ino) {
        Node node = nodes.get(ino);
        if (node == null) {
            throw refused(FailureKind.FAILURE_NOT_FOUND);
        }
        return node;
    }

    long nanos() {
        return TimeUnit.MILLISECONDS.toNanos(clock.millis());
    }

    static ForebayException refused(FailureKind kind) {
        return new ForebayException(kind, "The fake refuses");
    }
}
