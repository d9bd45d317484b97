package io.forebay.metadata.foreign;

import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.flush.KeyStates;
import io.forebay.metadata.flush.Removals;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.InodeNumbers;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.observability.EventName;
import io.forebay.proto.CompareObjectsReply;
import io.forebay.proto.CompareObjectsRequest;
import io.forebay.proto.FlushState;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.SeenObject;
import io.forebay.proto.TellObjectsReply;
import io.forebay.proto.TellObjectsRequest;
import io.forebay.proto.ToldObject;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What others did to the objects of clean files. A worker compares, looks at what is in doubt, and
 * tells: what it saw counts only where the record of the key is the one of the comparison, so that
 * nothing of ours can have happened to the object in between.
 */
public final class ForeignChanges {
    private static final System.Logger LOG = System.getLogger(ForeignChanges.class.getName());

    private final Database database;
    private final InodeNumbers numbers;
    private final AtomicLong adopted = new AtomicLong();
    private final AtomicLong missing = new AtomicLong();

    public ForeignChanges(Database database, InodeNumbers numbers) {
        this.database = database;
        this.numbers = numbers;
    }

    /** Objects of clean files that others replaced, since the process started. */
    public long adopted() {
        return adopted.get();
    }

    /** Objects of clean files that others deleted, since the process started. */
    public long missing() {
        return missing.get();
    }

    /** Several read transactions: it promises nothing but where to look. */
    public CompareObjectsReply compare(CompareObjectsRequest request) {
        return new Comparison(database, request).run();
    }

    /** Each object is a transaction of its own. */
    public TellObjectsReply tell(TellObjectsRequest request) {
        int changed = 0;
        try {
            for (ToldObject told : request.getObjectsList()) {
                long ino = numbers.next(request.getWorkspaceId());
                Outcome outcome =
                        database.changeOr(
                                request.getWorkspaceId(),
                                Outcome.NOTHING,
                                space -> {
                                    Registry.checkEpoch(space.tx(), request.getWorker());
                                    return tell(space, told, ino);
                                });
                count(request.getWorkspaceId(), told.getDoubtful().getKey(), outcome);
                changed += outcome == Outcome.NOTHING ? 0 : 1;
            }
            return TellObjectsReply.newBuilder().setChanged(changed).build();
        } catch (Refusal refusal) {
            return TellObjectsReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    private enum Outcome {
        NOTHING,
        ADOPTED,
        MISSING,

        /** A conflict is about another object now, or over. */
        MOVED
    }

    private void count(long ws, String key, Outcome outcome) {
        switch (outcome) {
            case ADOPTED -> {
                adopted.incrementAndGet();
                LOG.log(
                        System.Logger.Level.INFO,
                        EventName.OBJECT_ADOPTED.line("workspace", ws, "key", key));
            }
            case MISSING -> {
                missing.incrementAndGet();
                LOG.log(
                        System.Logger.Level.WARNING,
                        EventName.OBJECT_MISSING.line("workspace", ws, "key", key));
            }
            case NOTHING, MOVED -> {}
        }
    }

    private static Outcome tell(Space space, ToldObject told, long ino) {
        String key = told.getDoubtful().getKey();
        KeyRecord.Builder record = KeyStates.load(space, key);
        if (!record.build().toByteString().equals(told.getDoubtful().getKnown())) {
            return Outcome.NOTHING;
        }
        SeenObject seen = told.getSeen();
        Inode file = Removals.liveFile(space, key);
        if (file != null && !file.regular()) {
            return Outcome.NOTHING; // its next change finds out
        }
        if (seen.getThere() && seen.getEtag().isEmpty()) {
            return Outcome.NOTHING; // nobody could tell when it changes
        }
        if (file != null && isInConflict(file, key)) {
            return conflict(space, file, key, record.getEtag(), seen);
        }
        if (record.getEtag().equals(seen.getThere() ? seen.getEtag() : "")) {
            return Outcome.NOTHING;
        }
        if (file == null || !KeyStates.isObjectOf(key, record, file)) {
            return source(space, key, record);
        }
        return isClean(file, told) ? changed(space, file, key, seen, ino) : Outcome.NOTHING;
    }

    private static Outcome changed(Space space, Inode file, String key, SeenObject seen, long ino) {
        if (!seen.getThere()) {
            KeyStates.save(space, key, KeyRecord.newBuilder());
            file.record().clearObject();
            Flow.conflicted(space, file, key, seen);
            file.flush().getConflictBuilder().setDeleted(true);
            return Outcome.MISSING;
        }
        if (!Replacement.fits(file)) {
            Flow.conflicted(space, file, key, seen);
            return Outcome.MISSING;
        }
        Replacement.replace(space, file, key, seen, ino);
        return Outcome.ADOPTED;
    }

    /** Also what is opened for writing, where nobody can have written to it yet. */
    private static boolean isClean(Inode file, ToldObject told) {
        boolean untouched =
                file.state() == FlushState.FLUSH_STATE_OPEN
                        && told.getMissing()
                        && !file.record().getStaged()
                        && file.object().getGeneration() == file.flush().getCleanGeneration();
        return untouched || file.state() == FlushState.FLUSH_STATE_CLEAN;
    }

    private static boolean isInConflict(Inode file, String key) {
        return file.state() == FlushState.FLUSH_STATE_CONFLICT
                && file.flush().getConflict().getKey().equals(key);
    }

    /** Whether a file in this state is to be brought to where it belongs. */
    static boolean waits(FlushState state) {
        return switch (state) {
            case FLUSH_STATE_QUEUED,
                    FLUSH_STATE_UPLOADING,
                    FLUSH_STATE_COMMITTING,
                    FLUSH_STATE_FAILED,
                    FLUSH_STATE_CONFLICT ->
                    true;
            default -> false;
        };
    }

    /** A file that was to be copied from here: only its worker may have the content now. */
    private static Outcome source(Space space, String key, KeyRecord.Builder record) {
        Inode user = KeyStates.user(space, key, record, 0);
        if (user == null || !waits(user.state())) {
            return Outcome.NOTHING;
        }
        user.record().clearObject();
        KeyStates.save(space, key, KeyRecord.newBuilder());
        return Outcome.MOVED;
    }

    /** Others went on; where they brought back what we put last, there is no conflict any more. */
    private static Outcome conflict(
            Space space, Inode file, String key, String known, SeenObject seen) {
        if (file.flush().getConflict().getSeen().equals(seen)) {
            return Outcome.NOTHING;
        }
        boolean deleted = file.flush().getConflict().getDeleted();
        boolean over = known.equals(seen.getThere() ? seen.getEtag() : "");
        if (over && !deleted && file.record().getStaged()) {
            file.flush().clearConflict();
            Flow.queue(space, file, space.nowMillis());
        } else {
            Flow.conflicted(space, file, key, seen);
            file.flush().getConflictBuilder().setDeleted(deleted);
        }
        return Outcome.MOVED;
    }
}
