package io.forebay.metadata.fs;

import io.forebay.metadata.state.GrantKeys;
import io.forebay.metadata.state.Handles;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.KnownWorkers;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Space;
import io.forebay.proto.Claims;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.Grant;
import io.forebay.proto.ObjectSource;
import io.forebay.proto.WorkerRecord;

/** Rights to staged files. */
final class Grants {
    /** Long enough for a mount that goes to the worker at once, also on a loaded machine. */
    private static final long LIFE_MILLIS = 300_000;

    private final GrantKeys keys;
    private final KnownWorkers workers;

    Grants(GrantKeys keys, KnownWorkers workers) {
        this.keys = keys;
        this.workers = workers;
    }

    /** A grant on the file at its owner. Where the bytes may be missing, it says where they are. */
    Grant grant(Space space, Inode inode, Opening opening) {
        WorkerRecord worker = workers.find(space.tx().snapshot(), inode.owner());
        if (worker == null) {
            throw new Refusal(FailureKind.FAILURE_UNAVAILABLE);
        }
        Claims.Builder claims =
                Claims.newBuilder()
                        .setWorkspaceId(space.id())
                        .setIno(inode.ino())
                        .setGeneration(inode.generation())
                        .setWrite(opening.write())
                        .setTruncate(opening.truncate())
                        .setCreate(inode.attributes().getSize() == 0)
                        .setSize(inode.attributes().getSize())
                        .setExpiresAtMillis(space.nowMillis() + LIFE_MILLIS)
                        .setWorkerId(inode.owner())
                        .setMountId(opening.mount())
                        .setOpenedNanos(space.nowNanos())
                        .setOthersWriting(opening.holders().othersWriting())
                        .setOthersOpen(opening.write() && opening.holders().others());
        if (inode.object().getSize() > 0 && isInBucket(inode, opening)) {
            claims.setLocation(space.workspace().getLocation())
                    .setSource(
                            ObjectSource.newBuilder()
                                    .setKey(inode.object().getKey())
                                    .setEtag(inode.object().getEtag())
                                    .setSize(inode.object().getSize()));
        }
        if (!inode.record().getStaged()) {
            inode.record().setMaybeStaged(true);
        }
        return Grant.newBuilder()
                .setWorkerId(worker.getId())
                .setSocketPath(worker.getSocketPath())
                .setNode(worker.getNode())
                .setAddress(worker.getAddress())
                .setToken(keys.token(worker.getId(), claims.build()))
                .build();
    }

    /** Also where the worker should have the content: it may have lost its disk. */
    private static boolean isInBucket(Inode inode, Opening opening) {
        if (!inode.record().getStaged()) {
            return inode.hasObject();
        }
        boolean firstWriter =
                inode.state() == FlushState.FLUSH_STATE_OPEN
                        && opening.write()
                        && !opening.holders().writing();
        return firstWriter
                ? inode.object().getGeneration() == inode.flush().getCleanGeneration()
                : inode.state() == FlushState.FLUSH_STATE_CLEAN && inode.uploaded();
    }

    /**
     * What a grant is asked for.
     *
     * @param holders before this one
     */
    record Opening(long mount, boolean write, boolean truncate, Handles.Holders holders) {}
}
