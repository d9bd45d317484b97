package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.flush.Removals;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.WorkerRecord;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** For each object that we know, and each change of one that was begun, somebody answers. */
final class KeyCheck implements Check {
    @Override
    public String letter() {
        return "p";
    }

    @Override
    public String counts() {
        return "keys";
    }

    @Override
    public List<Problem> look(View view, KeyValue pair) {
        String key = Tuple.unpack(pair.key()).text(2);
        KeyRecord record = Records.parse(pair.value(), KeyRecord.parser());
        boolean marked = record.getIntent() != KeyRecord.Intent.INTENT_UNSPECIFIED;
        if (isLookedAt(view, key) || (!marked && record.getEtag().isEmpty())) {
            return List.of();
        }
        InodeRecord live = live(view, key);
        boolean fine =
                switch (record.getIntent()) {
                    case INTENT_PUT ->
                            isBeingPut(view, record)
                                    || answers(view, key, live)
                                    || answers(view, key, view.inode(record.getMarkIno()));
                    case INTENT_DELETE -> false;
                    case INTENT_UNSPECIFIED, UNRECOGNIZED ->
                            isUsed(view, key, record) || answers(view, key, live);
                };
        return fine
                ? List.of()
                : List.of(
                        new Problem(
                                marked ? FindingCode.MARK_OF_NOBODY : FindingCode.KEY_OF_NOBODY,
                                0,
                                "key \"" + key + "\"",
                                marked
                                        ? "the worker " + record.getMarkWorker() + " is not at it"
                                        : "of the inode " + record.getIno(),
                                space -> Removals.request(space, looker(view), key)));
    }

    /** Some worker that is there, else any that was. */
    private static String looker(View view) {
        return view.workers().stream()
                .max(Comparator.comparingLong(WorkerRecord::getLastSeenMillis))
                .map(WorkerRecord::getId)
                .orElse("");
    }

    private static boolean isLookedAt(View view, String key) {
        return view.workers().stream()
                .anyMatch(worker -> view.task(worker.getId(), TaskId.removal(key)) != null);
    }

    /** Its process is there, and will say how it ended. */
    private static boolean isBeingPut(View view, KeyRecord record) {
        return !record.getMarkUnknown()
                && Registry.epoch(view.tx(), record.getMarkWorker()) == record.getMarkEpoch();
    }

    private static boolean isUsed(View view, String key, KeyRecord record) {
        InodeRecord user = view.inode(record.getIno());
        return user != null
                && user.getObject().getKey().equals(key)
                && user.getObject().getEtag().equals(record.getEtag())
                && user.getObject().getGeneration() == record.getGeneration();
    }

    /** It has noted the key, or will come to it with its own content. */
    private static boolean answers(View view, String key, @Nullable InodeRecord inode) {
        if (inode == null || inode.getAttributes().getNlink() == 0) {
            return false;
        }
        long ino = inode.getAttributes().getIno();
        return inode.getFlush().getMarkedKey().equals(key)
                || inode.getAttributes().getFlushState() == FlushState.FLUSH_STATE_OPEN
                || view.task(inode.getOwner(), TaskId.of(TaskKind.UPLOAD, ino)) != null;
    }

    /** The file whose own path has the key. */
    private static @Nullable InodeRecord live(View view, String key) {
        if (ObjectKeys.isDetour(key)) {
            return null;
        }
        Long ino = Names.resolve(view.tx(), view.ws(), ObjectKeys.path(key));
        List<byte[]> own = ino == null ? null : view.path(ino);
        return ino != null && own != null && ObjectKeys.of(own).equals(key)
                ? view.inode(ino)
                : null;
    }
}
