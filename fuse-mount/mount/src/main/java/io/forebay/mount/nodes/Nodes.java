package io.forebay.mount.nodes;

import io.forebay.fuse.Reply;
import io.forebay.mount.open.Fresh;
import io.forebay.mount.open.OpenInode;
import io.forebay.mount.open.OpenTable;
import io.forebay.mount.services.Services;
import io.forebay.proto.Attributes;
import io.forebay.proto.NodeType;
import io.forebay.schema.Limits;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** What the kernel is told of nodes, and how often. */
public final class Nodes {
    private final Services services;
    private final OpenTable table;
    private final LookupCounts counts = new LookupCounts();
    private final RecentDirectories directories;
    private final PlainNodes plain;

    /** What has lost its last name while the kernel still knows it, as it was then. */
    private final Map<Long, Attributes> departed = new ConcurrentHashMap<>();

    public Nodes(Services services, OpenTable table) {
        this.services = services;
        this.table = table;
        long timeoutMillis =
                TimeUnit.NANOSECONDS.toMillis(services.attachment().entryTimeoutNanos());
        this.directories = new RecentDirectories(timeoutMillis);
        this.plain = new PlainNodes(timeoutMillis);
    }

    public LookupCounts counts() {
        return counts;
    }

    /** An entry that counts as one lookup once the kernel has it. */
    public Reply.Entry entry(Attributes attributes) {
        long timeout = services.watch().timeoutNanos();
        plain.heard(attributes, services.clock().millis());
        return new Reply.Entry(
                attributes.getIno(),
                0, // inode numbers are never used twice
                NodeAttributes.of(current(attributes)),
                timeout,
                isMoving(attributes) ? 0 : timeout);
    }

    /** An entry that the kernel gets as the answer to its request. */
    public Reply.Entry counted(Attributes attributes) {
        counts.add(attributes.getIno(), 1);
        return entry(attributes);
    }

    /**
     * As {@link #counted}, of a file that was just made. Where the kernel may not believe its
     * attributes at all, it asks for them again within the same open: it may for the least time
     * that there is, which is a tick or two of its clock. A write ends that as well.
     */
    public Reply.Entry made(Attributes attributes) {
        Reply.Entry entry = counted(attributes);
        return new Reply.Entry(
                entry.nodeId(),
                entry.generation(),
                entry.attributes(),
                entry.entryTimeoutNanos(),
                Math.max(1, entry.attributeTimeoutNanos()));
    }

    public Reply.Attr attr(Attributes attributes) {
        return attr(attributes, services.watch().timeoutNanos());
    }

    /** What this mount itself had remembered since a time, for what is left of it. */
    public Reply.Attr remembered(Attributes attributes, long sinceMillis) {
        return attr(attributes, left(sinceMillis, services.clock().millis()));
    }

    private Reply.Attr attr(Attributes attributes, long timeoutNanos) {
        plain.heard(attributes, services.clock().millis());
        return new Reply.Attr(
                NodeAttributes.of(current(attributes)), isMoving(attributes) ? 0 : timeoutNanos);
    }

    /**
     * Whether an open file is, or may be, written by another mount without our hearing of each
     * write: then the kernel asks each time.
     */
    private boolean isMoving(Attributes attributes) {
        return table.find(attributes.getIno())
                .filter(inode -> inode.isMoving(attributes, services.watch().isLive()))
                .isPresent();
    }

    /** A directory whose entries this mount changed; unset attributes are those of no answer. */
    public void changed(long ino, Attributes directory) {
        if (directory.getIno() == ino) {
            directories.put(new Fresh(directory, services.clock().millis()));
        } else {
            directories.forget(ino);
        }
    }

    /** The answer about a directory that this mount has just changed. */
    public Optional<Reply.Attr> recent(long ino) {
        long now = services.clock().millis();
        return directories
                .find(ino, now)
                .map(known ->
                        new Reply.Attr(
                                NodeAttributes.of(known.attributes()),
                                left(known.atMillis(), now)));
    }

    /**
     * A node that this mount changed by a call: what is open learns of its new link count and
     * times, and so do those who ask for a directory, or for what has no name any more.
     */
    public void refresh(Attributes attributes) {
        long ino = attributes.getIno();
        if (attributes.getNlink() == 0 && counts.count(ino) > 0) {
            departed.put(ino, attributes);
        }
        if (attributes.getType() == NodeType.NODE_TYPE_DIRECTORY) {
            changed(ino, attributes);
        }
        plain.heard(attributes, services.clock().millis());
        table.find(ino)
                .ifPresent(
                        inode -> inode.refreshed(new Fresh(attributes, services.clock().millis())));
    }

    /** A node that the service does not know any more, while the kernel does. */
    public Optional<Attributes> departed(long ino) {
        return Optional.ofNullable(departed.get(ino));
    }

    public void forget(long ino, long count) {
        counts.forget(ino, count);
        if (counts.count(ino) == 0) {
            departed.remove(ino);
        }
    }

    /** Somebody else changed the node. */
    public void outdated(long ino) {
        directories.forget(ino);
        plain.forget(ino);
        table.find(ino).ifPresent(OpenInode::outdated);
    }

    /** Somebody else may have changed anything. */
    public void outdated() {
        directories.forgetAll();
        plain.forgetAll();
        table.inodes().forEach(OpenInode::outdated);
    }

    /** All that the kernel may know, open files among it. */
    public LongStream known() {
        LongStream open = table.inodes().stream().mapToLong(OpenInode::ino);
        LongStream others = LongStream.concat(LongStream.of(Limits.ROOT_INO), open);
        return LongStream.concat(others.filter(ino -> counts.count(ino) == 0), counts.inos());
    }

    /** No extended attribute can be on the node, as far as the kernel may believe. */
    public boolean isPlain(long ino) {
        return plain.isPlain(ino, services.clock().millis());
    }

    /** What is left of the time that the kernel may believe an answer. */
    private long left(long sinceMillis, long nowMillis) {
        long age = TimeUnit.MILLISECONDS.toNanos(nowMillis - sinceMillis);
        return Math.max(0, services.attachment().entryTimeoutNanos() - age);
    }

    /** A file that is being written here is larger and newer than the service knows. */
    private Attributes current(Attributes attributes) {
        return table.find(attributes.getIno())
                .map(inode -> inode.merged(attributes))
                .orElse(attributes);
    }
}
