package io.forebay.metadata.flush;

import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Handles;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.InodeNumbers;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.metadata.work.Lease;
import io.forebay.proto.BeginEvictReply;
import io.forebay.proto.BeginEvictRequest;
import io.forebay.proto.DescribeStagedReply;
import io.forebay.proto.DescribeStagedRequest;
import io.forebay.proto.EvictIntent;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.StagedRef;
import io.forebay.proto.StagedVerdict;
import io.forebay.proto.StagedVerdict.Need;
import io.forebay.proto.WorkerIdentity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What workers hold on their disks. */
public final class StagedFiles {
    /** A page of a worker's question is read in one transaction. */
    private static final int PAGE_MAX = 1_000;

    private final Database database;

    public StagedFiles(Database database) {
        this.database = database;
    }

    public DescribeStagedReply describeStaged(DescribeStagedRequest request) {
        try {
            Refusal.when(request.getFilesCount() > PAGE_MAX, FailureKind.FAILURE_INVALID);
            request.getFilesList().stream()
                    .filter(StagedRef::hasRemains)
                    .forEach(file -> compare(request.getWorker(), file));
            List<StagedVerdict> verdicts =
                    database.read(tx -> {
                        Registry.checkEpoch(tx, request.getWorker());
                        String worker = request.getWorker().getWorkerId();
                        return request.getFilesList().stream()
                                .map(file -> describe(tx, worker, file))
                                .toList();
                    });
            if (verdicts.stream().anyMatch(verdict -> verdict.getNeed() == Need.NEED_NONE)) {
                database.settle(); // the worker drops it
            }
            return DescribeStagedReply.newBuilder().addAllVerdicts(verdicts).build();
        } catch (Refusal refusal) {
            return DescribeStagedReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    /** The worker's machine was started anew. */
    private void compare(WorkerIdentity worker, StagedRef file) {
        database.changeOr(
                file.getWorkspaceId(),
                false,
                space -> {
                    Registry.checkEpoch(space.tx(), worker);
                    Inode inode = space.find(file.getIno());
                    if (inode != null
                            && inode.linked()
                            && inode.regular()
                            && inode.owner().equals(worker.getWorkerId())) {
                        PowerLoss.compare(space, inode, file.getRemains());
                    }
                    return true;
                });
    }

    public BeginEvictReply beginEvict(BeginEvictRequest request) {
        try {
            BeginEvictReply.Builder reply = BeginEvictReply.newBuilder();
            Lease lease = Lease.of(request.getWorker());
            for (EvictIntent intent : request.getIntentsList()) {
                reply.addGranted(
                        database.changeOr(
                                intent.getWorkspaceId(),
                                false,
                                space -> {
                                    Registry.checkEpoch(space.tx(), request.getWorker());
                                    return evict(space, lease, intent);
                                }));
            }
            if (reply.getGrantedList().contains(true)) {
                database.settle();
            }
            return reply.build();
        } catch (Refusal refusal) {
            return BeginEvictReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    /** Whether the bucket has the content under the file's key, and nobody has it open. */
    public static boolean evictable(Space space, Inode inode) {
        if (inode.state() != FlushState.FLUSH_STATE_CLEAN || Handles.any(space, inode.ino())) {
            return false;
        }
        String key = ObjectKeys.current(space, inode.ino());
        return key != null && Flow.isAt(space, inode, key);
    }

    private static boolean evict(Space space, Lease lease, EvictIntent intent) {
        Queue.remove(space, lease.worker(), TaskId.of(TaskKind.EVICT, intent.getIno()));
        Inode inode = space.find(intent.getIno());
        if (inode == null
                || !inode.owner().equals(lease.worker())
                || inode.generation() != intent.getGeneration()
                || !evictable(space, inode)) {
            return false;
        }
        inode.record().setStaged(false).setMaybeStaged(false);
        return true;
    }

    /** Whether a worker needs a staged file. */
    public static StagedVerdict describe(ReadTransaction tx, String worker, StagedRef file) {
        InodeRecord inode = Inode.read(tx, file.getWorkspaceId(), file.getIno());
        if (inode == null && !InodeNumbers.isGiven(tx, file.getWorkspaceId(), file.getIno())) {
            return verdict(Need.NEED_DIRTY, 0); // perhaps the only copy: a person must look
        }
        if (inode == null || !inode.getOwner().equals(worker)) {
            return copy(inode, worker);
        }
        long generation = inode.getAttributes().getGeneration();
        if (inode.getAttributes().getNlink() == 0) {
            Tuple.Range handles = Keys.handles(file.getWorkspaceId(), file.getIno());
            boolean open = !tx.getRange(handles.begin(), handles.end(), 1).isEmpty();
            return verdict(
                    open || inode.getLeaving() ? Need.NEED_DIRTY : Need.NEED_NONE, generation);
        }
        if (inode.getAttributes().getFlushState() != FlushState.FLUSH_STATE_CLEAN) {
            return verdict(Need.NEED_DIRTY, generation);
        }
        boolean staged = inode.getStaged() || inode.getMaybeStaged();
        return verdict(staged ? Need.NEED_CLEAN : Need.NEED_NONE, generation);
    }

    /** The worker is not the owner: it keeps what it has for him. */
    private static StagedVerdict copy(@Nullable InodeRecord inode, String worker) {
        if (inode == null
                || inode.getCopies().getCopiesList().stream()
                        .noneMatch(copy -> copy.getWorker().equals(worker))) {
            return verdict(Need.NEED_NONE, 0);
        }
        return verdict(Need.NEED_DIRTY, inode.getAttributes().getGeneration()).toBuilder()
                .setOwner(inode.getOwner())
                .build();
    }

    private static StagedVerdict verdict(Need need, long generation) {
        return StagedVerdict.newBuilder().setNeed(need).setGeneration(generation).build();
    }
}
