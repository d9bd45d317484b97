package io.forebay.mount.open;

import io.forebay.proto.KeptInode;
import io.forebay.proto.OpenReply;

/**
 * Where an inode's staged file is, and what is promised of it.
 *
 * @param owner the worker that has it
 * @param waits closes and fsyncs wait: for the bucket, or for other workers
 */
public record Placing(String owner, boolean waits) {
    static final Placing NOWHERE = new Placing("", false);

    static Placing of(KeptInode kept) {
        return new Placing(kept.getOwner(), kept.getStore());
    }

    void save(KeptInode.Builder kept) {
        kept.setOwner(owner).setStore(waits);
    }

    /** After one more open: whoever was promised to wait does so to the end. */
    Placing then(OpenReply reply) {
        return new Placing(reply.getGrant().getWorkerId(), waits || reply.getStore());
    }
}
