package io.forebay.metadata.fsck.outside;

import com.google.protobuf.ByteString;
import io.forebay.metadata.flush.StagedFiles;
import io.forebay.metadata.fsck.outside.Asking.Subject;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.placement.Copies;
import io.forebay.metadata.questions.UnansweredException;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Space;
import io.forebay.proto.CopyRecord;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.NodeType;
import io.forebay.proto.StagedState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What workers must have: the files of which they are the owner, and their copies of others'. */
public final class StagedNeeds {
    private static final int PAGE = 500;
    private static final int TRIES = 5;

    private final Asking asking;
    private final Map<String, Boolean> healthy = new HashMap<>();
    private final Map<String, Long> away = new TreeMap<>();

    public StagedNeeds(Asking asking) {
        this.asking = asking;
        asking.workers().forEach(worker -> healthy.put(worker.getId(), asking.isHealthy(worker)));
    }

    /**
     * What a worker must have.
     *
     * @param size -1: it may change at any time
     * @param copy of another worker's file
     */
    private record Need(long ino, String worker, long size, boolean copy) {
        boolean isMet(@Nullable StagedState state) {
            return state != null && state.getThere() && (size < 0 || state.getSize() == size);
        }
    }

    public void run() throws InterruptedException {
        Tuple.Range range = Keys.kind(asking.ws, "i");
        byte[] begin = range.begin();
        List<KeyValue> page;
        do {
            byte[] from = begin;
            page = asking.database.read(tx -> tx.getRange(from, range.end(), PAGE));
            Map<String, List<Need>> needs = new TreeMap<>();
            for (KeyValue pair : page) {
                InodeRecord inode = Records.parse(pair.value(), InodeRecord.parser());
                for (Need need : needs(Tuple.unpack(pair.key()).number(2), inode)) {
                    needs.computeIfAbsent(need.worker(), _ -> new ArrayList<>()).add(need);
                }
            }
            for (Map.Entry<String, List<Need>> each : needs.entrySet()) {
                look(each.getKey(), each.getValue());
            }
            begin = page.isEmpty() ? begin : Tuple.after(page.getLast().key());
        } while (page.size() == PAGE);
        away.forEach((worker, files) ->
                asking.report.unchecked(
                        "staged files of the worker " + worker,
                        "it does not answer; " + files + " files of the workspace are there"));
    }

    private static List<Need> needs(long ino, InodeRecord inode) {
        List<Need> needs = new ArrayList<>();
        boolean file = inode.getAttributes().getType() == NodeType.NODE_TYPE_FILE;
        if (!file || inode.getLeaving()) {
            return needs;
        }
        boolean open = inode.getAttributes().getFlushState() == FlushState.FLUSH_STATE_OPEN;
        long size = inode.getAttributes().getSize();
        // What was just made is at its worker when its mount comes there.
        if (inode.getStaged() && !(open && size == 0)) {
            needs.add(new Need(ino, inode.getOwner(), open ? -1 : size, false));
        }
        for (CopyRecord copy : inode.getCopies().getCopiesList()) {
            boolean there = copy.getThere() > 0;
            if (there && copy.getThere() >= inode.getCopies().getThere()) {
                needs.add(new Need(ino, copy.getWorker(), open ? -1 : size, true));
            }
        }
        return needs;
    }

    private void look(String worker, List<Need> needs) throws InterruptedException {
        Boolean answers = healthy.get(worker);
        if (answers == null) {
            return; // was never registered, which is found in the metadata
        }
        if (!answers) {
            away.merge(worker, (long) needs.size(), Long::sum);
            return;
        }
        try {
            List<Long> inos = needs.stream().map(Need::ino).distinct().toList();
            Map<Long, StagedState> states = asking.staged(worker, inos);
            asking.report.looked("staged files", inos.size());
            for (Need need : needs) {
                if (!need.isMet(states.get(need.ino()))) {
                    confirm(need);
                }
            }
        } catch (UnansweredException e) {
            healthy.put(worker, false);
            away.merge(worker, (long) needs.size(), Long::sum);
        }
    }

    /** What it needs, and the answer, of a time in which its record did not change. */
    private void confirm(Need suspect) throws UnansweredException, InterruptedException {
        long ino = suspect.ino();
        for (int i = 0; i < TRIES; i++) {
            InodeRecord before = asking.find(tx -> Inode.read(tx, asking.ws, ino)).orElse(null);
            Optional<Need> need =
                    before == null
                            ? Optional.empty()
                            : needs(ino, before).stream()
                                    .filter(each -> each.worker().equals(suspect.worker()))
                                    .findFirst();
            if (need.isEmpty() || before == null) {
                return;
            }
            StagedState state = asking.staged(suspect.worker(), List.of(ino)).get(ino);
            if (need.get().isMet(state)) {
                return;
            }
            if (Optional.of(before).equals(asking.find(tx -> Inode.read(tx, asking.ws, ino)))) {
                tell(need.get(), before, state);
                return;
            }
            asking.rest();
        }
        asking.report.unchecked("the staged file of inode " + ino, "it changed all the time");
    }

    private void tell(Need need, InodeRecord inode, @Nullable StagedState state) {
        long has = state == null || !state.getThere() ? -1 : state.getSize();
        boolean there = has >= 0;
        String detail =
                "the worker "
                        + need.worker()
                        + (there ? " has " + has + " bytes of " + need.size() : " has none");
        Subject subject = Subject.of(need.ino());
        ByteString before = inode.toByteString();
        if (need.copy()) {
            asking.found(
                    FindingCode.COPY_MISSING,
                    subject,
                    detail,
                    unchanged(
                            need,
                            before,
                            (space, file) -> Copies.lost(space, file, need.worker())));
        } else if (inode.getAttributes().getFlushState() == FlushState.FLUSH_STATE_CLEAN) {
            asking.found(
                    there ? FindingCode.STAGED_SIZE : FindingCode.STAGED_CLEAN_MISSING,
                    subject,
                    detail,
                    there ? null : unchanged(need, before, StagedNeeds::evicted));
        } else {
            asking.found(
                    there ? FindingCode.STAGED_SIZE : FindingCode.STAGED_MISSING,
                    subject,
                    detail,
                    null);
        }
    }

    private interface Repair {
        void repair(Space space, Inode file);
    }

    private static Consumer<Space> unchanged(Need need, ByteString before, Repair repair) {
        return space -> {
            Inode file = space.inode(need.ino());
            Refusal.when(
                    !file.record().build().toByteString().equals(before),
                    FailureKind.FAILURE_STALE);
            repair.repair(space, file);
        };
    }

    /** As after an eviction: the next open brings it back from the bucket. */
    private static void evicted(Space space, Inode file) {
        Refusal.when(!StagedFiles.evictable(space, file), FailureKind.FAILURE_BUSY);
        file.record().setStaged(false).setMaybeStaged(false);
    }
}
