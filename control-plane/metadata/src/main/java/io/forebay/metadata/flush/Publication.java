package io.forebay.metadata.flush;

import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.work.Lease;
import io.forebay.proto.BeginPublishReply;
import io.forebay.proto.BeginPublishRequest;
import io.forebay.proto.ConflictRecord;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FinishPublishReply;
import io.forebay.proto.FinishPublishRequest;
import io.forebay.proto.FlushState;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.ObjectRecord;
import io.forebay.proto.PublishFailure;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict;
import io.forebay.proto.PublishVerdict.Decision;
import io.forebay.proto.PublishedObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Objects under their keys. A key has one mark at most, and its object changes only under a mark:
 * that, and the condition of each put, keep the operations of one key in order. What a finished
 * publication left to be done is found by looking at what is true then, never by replaying what was
 * planned. Each intent and each outcome is a transaction of its own.
 */
public final class Publication {
    private final Database database;

    public Publication(Database database) {
        this.database = database;
    }

    public BeginPublishReply beginPublish(BeginPublishRequest request) {
        Lease lease = Lease.of(request.getWorker(), request.getOldestTry());
        BeginPublishReply.Builder reply = BeginPublishReply.newBuilder();
        try {
            for (PublishIntent intent : request.getIntentsList()) {
                PublishVerdict verdict =
                        database.changeOr(
                                intent.getWorkspaceId(),
                                verdict(Decision.DECISION_STALE),
                                space -> {
                                    Registry.checkEpoch(space.tx(), request.getWorker());
                                    return begin(space, lease, intent);
                                });
                reply.addVerdicts(verdict);
            }
            if (reply.getVerdictsList().stream().anyMatch(Publication::mayGo)) {
                database.settle();
            }
            return reply.build();
        } catch (Refusal refusal) {
            return BeginPublishReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    public FinishPublishReply finishPublish(FinishPublishRequest request) {
        Lease lease = Lease.of(request.getWorker());
        try {
            for (PublishOutcome outcome : request.getOutcomesList()) {
                database.changeOr(
                        outcome.getIntent().getWorkspaceId(),
                        false,
                        space -> {
                            Registry.checkEpoch(space.tx(), request.getWorker());
                            finish(space, lease, outcome);
                            return true;
                        });
            }
            return FinishPublishReply.getDefaultInstance();
        } catch (Refusal refusal) {
            return FinishPublishReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    private static PublishVerdict begin(Space space, Lease lease, PublishIntent intent) {
        KeyRecord.Builder record = KeyStates.load(space, intent.getKey());
        if (KeyStates.isOvertaken(record, lease, intent)) {
            return verdict(Decision.DECISION_STALE);
        }
        Inode inode = Uploads.current(space, intent.getIno(), intent.getGeneration());
        if (inode == null || !inode.owner().equals(lease.worker())) {
            return stale(space, lease, intent, record);
        }
        String key = intent.getKey();
        if (!Uploads.isFor(space, key, inode)) {
            if (inode.state() != FlushState.FLUSH_STATE_QUEUED) {
                Flow.again(space, inode, space.nowMillis());
            }
            return stale(space, lease, intent, record);
        }
        boolean again = KeyStates.markedBy(record, intent.getIno(), intent.getGeneration());
        if (!again && KeyStates.marked(record, KeyRecord.Intent.INTENT_DELETE)) {
            return verdict(Decision.DECISION_LATER);
        }
        if (!again && KeyStates.marked(record, KeyRecord.Intent.INTENT_PUT)) {
            if (KeyStates.alive(space, lease, record)) {
                return verdict(Decision.DECISION_LATER);
            }
            KeyStates.abandonPut(record);
        }
        if (!giveWay(space, key, record, inode)) {
            return verdict(Decision.DECISION_LATER);
        }
        boolean maybeDone =
                KeyStates.takeUnknown(record, intent.getIno(), intent.getGeneration()) || again;
        record.setMarkAgain(maybeDone);
        mark(space, lease, intent, record);
        marked(space, inode, intent);
        return PublishVerdict.newBuilder()
                .setDecision(Decision.DECISION_GO)
                .setExpectedEtag(expected(inode, key, record))
                .setMaybeDone(maybeDone)
                .addAllUnknownPuts(KeyStates.possible(record))
                .addAllAvoidEtags(
                        KeyStates.avoided(record, intent.getIno(), intent.getGeneration()))
                .build();
    }

    /** What may be replaced: what we put last, or what a person has decided to replace. */
    private static String expected(Inode inode, String key, KeyRecord.Builder record) {
        ConflictRecord conflict = inode.flush().getConflict();
        return conflict.getOurs() && conflict.getKey().equals(key)
                ? conflict.getSeen().getEtag()
                : record.getEtag();
    }

    /** Who asks again is not at it: the mark of an earlier try is nobody's any more. */
    private static PublishVerdict stale(
            Space space, Lease lease, PublishIntent intent, KeyRecord.Builder record) {
        if (KeyStates.markedBy(record, intent.getIno(), intent.getGeneration())
                && record.getMarkWorker().equals(lease.worker())) {
            KeyStates.abandonPut(record);
            KeyStates.save(space, intent.getKey(), record);
            Removals.request(space, lease.worker(), intent.getKey());
        }
        OpenUploads.lookAfter(space, lease.worker(), intent.getKey());
        return verdict(Decision.DECISION_STALE);
    }

    /**
     * Another file whose object is under the key, and that lives elsewhere now, is uploaded from
     * its worker instead of being copied; where no worker has it, it must be copied first.
     */
    private static boolean giveWay(Space space, String key, KeyRecord.Builder record, Inode inode) {
        Inode other = KeyStates.user(space, key, record, inode.ino());
        if (other == null) {
            return true;
        }
        if (KeyStates.isOnlyCopy(space, other)) {
            return false;
        }
        other.record().clearObject();
        if (other.linked() && other.state() == FlushState.FLUSH_STATE_CLEAN) {
            other.flush().setClosedSinceMillis(1); // it was clean: every barrier must see it
            Flow.queue(space, other, space.nowMillis());
        }
        return true;
    }

    private static void mark(
            Space space, Lease lease, PublishIntent intent, KeyRecord.Builder record) {
        record.setIntent(KeyRecord.Intent.INTENT_PUT)
                .setMarkWorker(lease.worker())
                .setMarkEpoch(lease.epoch())
                .setMarkSinceMillis(space.nowMillis())
                .setMarkUnknown(false)
                .setMarkTry(intent.getTry())
                .setMarkUploadId(intent.getUploadId())
                .setMarkIno(intent.getIno())
                .setMarkGeneration(intent.getGeneration());
        KeyStates.save(space, intent.getKey(), record);
    }

    private static void marked(Space space, Inode inode, PublishIntent intent) {
        Removals.mark(space, inode, intent.getKey());
        Uploads.remember(space, inode, intent.getKey(), intent.getUploadId());
        if (inode.state() != FlushState.FLUSH_STATE_OPEN) {
            inode.attributes().setFlushState(FlushState.FLUSH_STATE_COMMITTING);
        }
    }

    private static boolean mayGo(PublishVerdict verdict) {
        return verdict.getDecision() == Decision.DECISION_GO;
    }

    private static PublishVerdict verdict(Decision decision) {
        return PublishVerdict.newBuilder().setDecision(decision).build();
    }

    private static void finish(Space space, Lease lease, PublishOutcome outcome) {
        PublishIntent intent = outcome.getIntent();
        KeyRecord.Builder record = KeyStates.load(space, intent.getKey());
        if (!KeyStates.markedFor(record, lease, intent)) {
            return; // said before, or taken over by a try that will find out
        }
        switch (outcome.getResultCase()) {
            case PUBLISHED -> published(space, lease, outcome, record);
            case FAILED -> failed(space, lease, outcome, record);
            case CONFLICT -> {
                conflict(space, outcome, record);
                OpenUploads.lookAfter(space, lease.worker(), intent.getKey());
            }
            case RESULT_NOT_SET -> throw new Refusal(FailureKind.FAILURE_INVALID);
        }
    }

    private static void published(
            Space space, Lease lease, PublishOutcome outcome, KeyRecord.Builder record) {
        PublishIntent intent = outcome.getIntent();
        PublishedObject object = outcome.getPublished();
        String key = intent.getKey();
        KeyStates.clearMark(record);
        KeyStates.settled(record);
        record.setEtag(object.getEtag())
                .setIno(intent.getIno())
                .setGeneration(intent.getGeneration())
                .setSize(object.getSize());
        OpenUploads.over(record, List.of(intent.getUploadId()));
        KeyStates.save(space, key, record);
        Inode inode = space.find(intent.getIno());
        if (inode != null) {
            unmark(inode, key);
            if (inode.flush().getConflict().getKey().equals(key)) {
                inode.flush().clearConflict();
            }
            record(space, inode, intent, object);
        }
        Inode live = Removals.liveFile(space, key);
        if (live == null) {
            Removals.request(space, lease.worker(), key);
        } else {
            if (live == inode) {
                Flow.reconcile(space, live, key);
            } else {
                Removals.adopt(space, live, key);
            }
        }
        OpenUploads.lookAfter(space, lease.worker(), key);
        Inode waiting = Uploads.current(space, intent.getIno(), intent.getGeneration());
        if (waiting != null && waiting != live && Uploads.isPublishing(waiting)) {
            Flow.again(space, waiting, space.nowMillis());
        }
    }

    /** The inode's newest object is this one, unless it has a newer or a better placed one. */
    private static void record(
            Space space, Inode inode, PublishIntent intent, PublishedObject object) {
        String key = intent.getKey();
        boolean other = inode.hasObject() && !inode.object().getKey().equals(key);
        boolean older =
                other
                        && (inode.object().getGeneration() > intent.getGeneration()
                                || inode.state() == FlushState.FLUSH_STATE_CLEAN);
        if (older) {
            Removals.request(space, inode.owner(), key);
            return;
        }
        String before = inode.object().getKey();
        inode.record()
                .setObject(
                        ObjectRecord.newBuilder()
                                .setKey(key)
                                .setEtag(object.getEtag())
                                .setGeneration(intent.getGeneration())
                                .setSize(object.getSize())
                                .setChecksum(object.getChecksum()));
        if (other) {
            Removals.request(space, inode.owner(), before);
        }
    }

    private static void failed(
            Space space, Lease lease, PublishOutcome outcome, KeyRecord.Builder record) {
        PublishIntent intent = outcome.getIntent();
        PublishFailure failure = outcome.getFailed();
        if (failure.getOutcomeKnown() && record.getMarkAgain()) {
            KeyStates.abandonPut(record); // the outcome of this try, not of the one before
        } else if (failure.getOutcomeKnown()) {
            KeyStates.clearMark(record);
        } else {
            record.setMarkUnknown(true);
        }
        KeyStates.save(space, intent.getKey(), record);
        unmarkUnless(space, intent, KeyStates.known(record));
        Inode inode = concerned(space, intent);
        if (inode != null) {
            Flow.failed(space, inode, failure.getMessage());
        } else {
            Removals.request(space, lease.worker(), intent.getKey());
        }
    }

    private static void conflict(Space space, PublishOutcome outcome, KeyRecord.Builder record) {
        PublishIntent intent = outcome.getIntent();
        KeyStates.clearMark(record);
        KeyStates.settled(record);
        KeyStates.save(space, intent.getKey(), record);
        unmarkUnless(space, intent, KeyStates.known(record));
        Inode inode = concerned(space, intent);
        if (inode != null) {
            Flow.conflicted(space, inode, intent.getKey(), outcome.getSeen());
        }
    }

    /** The file if it still waits for this generation under this key, or null. */
    private static @Nullable Inode concerned(Space space, PublishIntent intent) {
        Inode inode = Uploads.current(space, intent.getIno(), intent.getGeneration());
        if (inode == null || Uploads.isFor(space, intent.getKey(), inode)) {
            return inode;
        }
        if (Uploads.isPublishing(inode)) {
            Flow.again(space, inode, space.nowMillis());
        }
        return null;
    }

    /** A key with an object or an open question is looked at again when the file leaves it. */
    private static void unmarkUnless(Space space, PublishIntent intent, boolean known) {
        Inode inode = space.find(intent.getIno());
        if (inode != null && !known) {
            unmark(inode, intent.getKey());
        }
    }

    private static void unmark(Inode inode, String key) {
        if (inode.flush().getMarkedKey().equals(key)) {
            inode.flush().clearMarkedKey();
        }
    }
}
