package io.forebay.mount.fs;

import io.forebay.fuse.Reply;
import io.forebay.proto.Attributes;

/** What the kernel is told of nodes, and how often. */
final class Nodes {
    private final Services services;
    private final OpenTable table;
    private final LookupCounts counts = new LookupCounts();

    Nodes(Services services, OpenTable table) {
        this.services = services;
        this.table = table;
    }

    LookupCounts counts() {
        return counts;
    }

    /** An entry that counts as one lookup once the kernel has it. */
    Reply.Entry entry(Attributes attributes) {
        long timeout = services.attachment().entryTimeoutNanos();
        return new Reply.Entry(
                attributes.getIno(),
                0, // inode numbers are never used twice
                NodeAttributes.of(current(attributes)),
                timeout,
                timeout);
    }

    /** An entry that the kernel gets as the answer to its request. */
    Reply.Entry counted(Attributes attributes) {
        counts.add(attributes.getIno(), 1);
        return entry(attributes);
    }

    Reply.Attr attr(Attributes attributes) {
        return new Reply.Attr(
                NodeAttributes.of(current(attributes)), services.attachment().entryTimeoutNanos());
    }

    /** A file that is being written here is larger and newer than the service knows. */
    private Attributes current(Attributes attributes) {
        return table.find(attributes.getIno())
                .map(inode -> inode.merged(attributes))
                .orElse(attributes);
    }
}
