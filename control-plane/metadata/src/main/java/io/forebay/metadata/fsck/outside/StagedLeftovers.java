package io.forebay.metadata.fsck.outside;

import io.forebay.metadata.flush.StagedFiles;
import io.forebay.metadata.fsck.outside.Asking.Subject;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.questions.UnansweredException;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.InodeNumbers;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.proto.CheckTask;
import io.forebay.proto.CheckedPage;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.ListStaged;
import io.forebay.proto.LookObjects;
import io.forebay.proto.StagedRef;
import io.forebay.proto.StagedState;
import io.forebay.proto.StagedVerdict.Need;
import io.forebay.proto.WorkerRecord;
import java.util.List;
import java.util.Map;

/** What workers have and nothing needs. */
public final class StagedLeftovers {
    private static final int PAGE = 500;

    /** Looks at what may just be going away: an eviction is granted, and done a moment later. */
    private static final int LOOKS = 3;

    private static final List<TaskKind> DROPS =
            List.of(TaskKind.DROP_STAGED, TaskKind.DROP_COPY, TaskKind.EVICT);

    private final Asking asking;

    public StagedLeftovers(Asking asking) {
        this.asking = asking;
    }

    public void run() throws InterruptedException {
        for (WorkerRecord worker : asking.workers()) {
            String part = "what the worker " + worker.getId() + " has staged";
            if (!asking.isHealthy(worker)) {
                asking.report.unchecked(part, "it does not answer");
                continue;
            }
            try {
                list(worker.getId());
            } catch (UnansweredException e) {
                asking.report.unchecked(part, "" + e.getMessage());
            }
        }
    }

    private void list(String worker) throws UnansweredException, InterruptedException {
        String after = "";
        do {
            ListStaged list = ListStaged.newBuilder().setAfter(after).setLimit(PAGE).build();
            CheckedPage page = asking.ask(worker, CheckTask.newBuilder().setListStaged(list));
            asking.report.looked("staged files found", page.getStagedCount());
            List<Long> unneeded =
                    unneeded(
                            worker,
                            page.getStagedList().stream().map(StagedState::getIno).toList());
            for (int i = 1; i < LOOKS && !unneeded.isEmpty(); i++) {
                asking.rest();
                unneeded = unneeded(worker, there(worker, unneeded));
            }
            for (long ino : unneeded) {
                tell(worker, ino);
            }
            after = page.getLast();
        } while (!after.isEmpty());
    }

    private List<Long> there(String worker, List<Long> inos)
            throws UnansweredException, InterruptedException {
        Map<Long, StagedState> states = asking.staged(worker, inos);
        return inos.stream()
                .filter(ino -> {
                    StagedState state = states.get(ino);
                    return state != null && state.getThere();
                })
                .toList();
    }

    private List<Long> unneeded(String worker, List<Long> inos) {
        return asking.database.read(
                tx -> inos.stream().filter(ino -> isUnneeded(tx, worker, ino)).toList());
    }

    private boolean isUnneeded(ReadTransaction tx, String worker, long ino) {
        StagedRef ref = StagedRef.newBuilder().setWorkspaceId(asking.ws).setIno(ino).build();
        boolean needed = StagedFiles.describe(tx, worker, ref).getNeed() != Need.NEED_NONE;
        return (!needed || !InodeNumbers.isGiven(tx, asking.ws, ino))
                && DROPS.stream()
                        .map(kind -> Keys.task(asking.ws, worker, TaskId.of(kind, ino)))
                        .allMatch(task -> tx.get(task) == null);
    }

    private void tell(String worker, long ino) throws UnansweredException, InterruptedException {
        InodeRecord inode = asking.find(tx -> Inode.read(tx, asking.ws, ino)).orElse(null);
        long next = asking.database.read(tx -> Records.number(tx, Keys.nextInode(asking.ws)));
        Subject subject = new Subject(ino, "inode " + ino + " at the worker " + worker);
        if (inode == null && ino >= next) {
            asking.found(
                    FindingCode.STAGED_NEWER,
                    subject,
                    "no inode of that number was ever made; the next one is " + next,
                    null);
        } else {
            boolean safe = inode == null || isStored(worker, inode);
            asking.found(
                    FindingCode.STAGED_UNKNOWN,
                    subject,
                    inode == null ? "the inode is gone" : detail(worker, inode),
                    safe ? space -> drop(space, worker, ino) : null);
        }
    }

    /** The bucket itself says that it has the file's content. */
    private boolean isStored(String worker, InodeRecord inode)
            throws UnansweredException, InterruptedException {
        if (inode.getAttributes().getFlushState() != FlushState.FLUSH_STATE_CLEAN) {
            return false; // nobody can say that its owner has all of it
        }
        LookObjects look = LookObjects.newBuilder().addKeys(inode.getObject().getKey()).build();
        return asking
                .ask(worker, CheckTask.newBuilder().setLookObjects(look))
                .getObjectsList()
                .stream()
                .anyMatch(object ->
                        object.getThere() && object.getEtag().equals(inode.getObject().getEtag()));
    }

    /** The worker asks once more before it drops it. */
    private static void drop(Space space, String worker, long ino) {
        Inode file = space.find(ino);
        Refusal.when(file != null && !StagedFiles.evictable(space, file), FailureKind.FAILURE_BUSY);
        Queue.put(space, worker, TaskId.of(TaskKind.DROP_COPY, ino), space.nowMillis());
    }

    private static String detail(String worker, InodeRecord inode) {
        return inode.getOwner().equals(worker)
                ? "the bucket has it, and the worker is not known to"
                : "the file is at the worker " + inode.getOwner();
    }
}
