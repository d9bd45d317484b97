package io.forebay.mount.nodes;

import io.forebay.fuse.Reply;
import io.forebay.mount.open.OpenInode;
import io.forebay.mount.open.OpenTable;
import io.forebay.mount.services.Services;
import io.forebay.proto.Attributes;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What the kernel is told of nodes, and how often. */
public final class Nodes {
    private final Services services;
    private final OpenTable table;
    private final LookupCounts counts = new LookupCounts();
    private final RecentDirectories directories;

    public Nodes(Services services, OpenTable table) {
        this.services = services;
        this.table = table;
        this.directories =
                new RecentDirectories(
                        TimeUnit.NANOSECONDS.toMillis(services.attachment().entryTimeoutNanos()));
    }

    public LookupCounts counts() {
        return counts;
    }

    /** An entry that counts as one lookup once the kernel has it. */
    public Reply.Entry entry(Attributes attributes) {
        long timeout = services.attachment().entryTimeoutNanos();
        return new Reply.Entry(
                attributes.getIno(),
                0, // inode numbers are never used twice
                NodeAttributes.of(current(attributes)),
                timeout,
                timeout);
    }

    /** An entry that the kernel gets as the answer to its request. */
    public Reply.Entry counted(Attributes attributes) {
        counts.add(attributes.getIno(), 1);
        return entry(attributes);
    }

    public Reply.Attr attr(Attributes attributes) {
        return new Reply.Attr(
                NodeAttributes.of(current(attributes)), services.attachment().entryTimeoutNanos());
    }

    /** A directory whose entries this mount changed; unset attributes are those of no answer. */
    public void changed(long ino, Attributes directory) {
        if (directory.getIno() == ino) {
            directories.put(new OpenInode.Fresh(directory, services.clock().millis()));
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
