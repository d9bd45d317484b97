package io.forebay.metadata.flush;

import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.work.Lease;
import io.forebay.proto.FlushState;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.LateDelete;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.UnknownPut;
import io.forebay.schema.Limits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of one key: its object, and the mark of who is about to change it. */
public final class KeyStates {
    /**
     * A mark that is older was left behind. Longer than any worker waits for an answer of the
     * store: a put that came after its mark was given up could follow the removal of its key.
     */
    private static final long MARK_MILLIS = 900_000;

    /** Beyond it the oldest is forgotten: its object, if it appears, is shown as a conflict. */
    private static final int UNKNOWN_MAX = 16;

    private KeyStates() {}

    public static KeyRecord.Builder load(Space space, String key) {
        KeyRecord record =
                Records.find(space.tx(), Keys.object(space.id(), key), KeyRecord.parser());
        return record == null ? KeyRecord.newBuilder() : inTime(space, record.toBuilder());
    }

    /** Without what cannot come any more. */
    private static KeyRecord.Builder inTime(Space space, KeyRecord.Builder record) {
        List<UnknownPut> late =
                record.getLatePutsList().stream()
                        .filter(put -> put.getUntilMillis() > space.nowMillis())
                        .toList();
        List<LateDelete> deletes =
                record.getLateDeletesList().stream()
                        .filter(delete -> delete.getUntilMillis() > space.nowMillis())
                        .toList();
        return record.clearLatePuts()
                .addAllLatePuts(late)
                .clearLateDeletes()
                .addAllLateDeletes(deletes);
    }

    public static void save(Space space, String key, KeyRecord.Builder record) {
        byte[] at = Keys.object(space.id(), key);
        if (known(record)) {
            space.tx().set(at, record.build().toByteArray());
        } else {
            space.tx().clear(at);
        }
    }

    /** Whether there may be an object of ours, or a part of one. */
    static boolean known(KeyRecord.Builder record) {
        return hasObject(record)
                || record.getIntent() != KeyRecord.Intent.INTENT_UNSPECIFIED
                || record.getUnknownPutsCount() > 0
                || record.getLatePutsCount() > 0
                || record.getLateDeletesCount() > 0
                || record.getUploadsCount() > 0;
    }

    /** Whether there is an object, or may be one later. */
    static boolean mayHaveObject(KeyRecord.Builder record) {
        return hasObject(record)
                || record.getUnknownPutsCount() > 0
                || record.getLatePutsCount() > 0;
    }

    public static boolean hasObject(KeyRecord.Builder record) {
        return !record.getEtag().isEmpty();
    }

    public static boolean marked(KeyRecord.Builder record, KeyRecord.Intent intent) {
        return record.getIntent() == intent;
    }

    static boolean markedBy(KeyRecord.Builder record, long ino, long generation) {
        return record.getIntent() == KeyRecord.Intent.INTENT_PUT
                && record.getMarkIno() == ino
                && record.getMarkGeneration() == generation;
    }

    /**
     * Whether somebody is at it: he has not said how it ended, and can be expected to.
     *
     * @param asking may be the one who has the mark, and knows what he is at
     */
    static boolean alive(Space space, Lease asking, KeyRecord.Builder record) {
        return !record.getMarkUnknown()
                && !isOver(asking, record)
                && Registry.epoch(space.tx(), record.getMarkWorker()) == record.getMarkEpoch()
                && space.nowMillis() - record.getMarkSinceMillis() < MARK_MILLIS;
    }

    /** Its report was lost: the process that has the mark is not at that try any more. */
    private static boolean isOver(Lease asking, KeyRecord.Builder record) {
        return marked(record, KeyRecord.Intent.INTENT_PUT)
                && isOf(asking, record)
                && record.getMarkTry() < asking.oldestTry();
    }

    private static boolean isOf(Lease lease, KeyRecord.Builder record) {
        return record.getMarkWorker().equals(lease.worker())
                && record.getMarkEpoch() == lease.epoch();
    }

    /** Whether the mark is the one of this very try. */
    static boolean markedFor(KeyRecord.Builder record, Lease lease, PublishIntent intent) {
        return markedBy(record, intent.getIno(), intent.getGeneration())
                && isOf(lease, record)
                && record.getMarkTry() == intent.getTry();
    }

    /** The call came late: the process has begun a later try at the key since. */
    static boolean isOvertaken(KeyRecord.Builder record, Lease lease, PublishIntent intent) {
        return marked(record, KeyRecord.Intent.INTENT_PUT)
                && isOf(lease, record)
                && record.getMarkTry() > intent.getTry();
    }

    static void clearMark(KeyRecord.Builder record) {
        record.clearIntent()
                .clearMarkWorker()
                .clearMarkEpoch()
                .clearMarkSinceMillis()
                .clearMarkUnknown()
                .clearMarkAgain()
                .clearMarkUploadId()
                .clearMarkTry()
                .clearMarkIno()
                .clearMarkGeneration();
    }

    /** Nobody will say how the put ended: it is one that may have happened. */
    static void abandonPut(KeyRecord.Builder record) {
        if (record.getIntent() == KeyRecord.Intent.INTENT_PUT) {
            if (record.getUnknownPutsCount() >= UNKNOWN_MAX) {
                record.removeUnknownPuts(0);
            }
            record.addUnknownPuts(marked(record));
            clearMark(record);
        }
    }

    private static UnknownPut marked(KeyRecord.Builder record) {
        return UnknownPut.newBuilder()
                .setIno(record.getMarkIno())
                .setGeneration(record.getMarkGeneration())
                .setUploadId(record.getMarkUploadId())
                .setReplacesEtag(record.getEtag())
                .setUntilMillis(record.getMarkSinceMillis() + Limits.LATE_WRITE_MILLIS)
                .build();
    }

    /** Takes a put out of those that may have happened; whether it was one. It may come late. */
    static boolean takeUnknown(KeyRecord.Builder record, long ino, long generation) {
        List<UnknownPut> all = List.copyOf(record.getUnknownPutsList());
        record.clearUnknownPuts();
        if (markedBy(record, ino, generation)) {
            addLate(record, marked(record));
        }
        for (UnknownPut put : all) {
            if (put.getIno() != ino || put.getGeneration() != generation) {
                record.addUnknownPuts(put);
            } else {
                addLate(record, put);
            }
        }
        return record.getUnknownPutsCount() < all.size();
    }

    /** What the key holds is known: what was not known before can only come late. */
    static void settled(KeyRecord.Builder record) {
        List<UnknownPut> all = List.copyOf(record.getUnknownPutsList());
        record.clearUnknownPuts();
        all.forEach(put -> addLate(record, put));
    }

    /** The end of an upload is the end of its put: who would complete it finds nothing. */
    private static void addLate(KeyRecord.Builder record, UnknownPut put) {
        boolean over =
                !put.getUploadId().isEmpty()
                        && record.getUploadsList().stream()
                                .noneMatch(each -> each.getUploadId().equals(put.getUploadId()));
        if (!over && !record.getLatePutsList().contains(put)) {
            if (record.getLatePutsCount() >= UNKNOWN_MAX) {
                record.removeLatePuts(0);
            }
            record.addLatePuts(put);
        }
    }

    /** All puts of which an object may be there, or come. */
    static List<UnknownPut> possible(KeyRecord.Builder record) {
        List<UnknownPut> all = new ArrayList<>(record.getUnknownPutsList());
        all.addAll(record.getLatePutsList());
        return all;
    }

    /** Somebody was told to delete the object and has not said that he did; another one is. */
    static void deletedAgain(KeyRecord.Builder record) {
        if (hasObject(record)) {
            List<LateDelete> others =
                    record.getLateDeletesList().stream()
                            .filter(each -> !each.getEtag().equals(record.getEtag()))
                            .limit(UNKNOWN_MAX)
                            .toList();
            record.clearLateDeletes().addAllLateDeletes(others);
            record.addLateDeletes(
                    LateDelete.newBuilder()
                            .setEtag(record.getEtag())
                            .setUntilMillis(
                                    record.getMarkSinceMillis() + Limits.LATE_WRITE_MILLIS));
        }
    }

    /**
     * What an object must not have as its etag, lest a late request takes it for the one that it
     * means: the same bytes have the same.
     */
    static List<String> avoided(KeyRecord.Builder record, long ino, long generation) {
        List<String> etags = new ArrayList<>();
        possible(record).stream()
                .filter(put -> put.getIno() != ino || put.getGeneration() != generation)
                .map(UnknownPut::getReplacesEtag)
                .filter(etag -> !etag.isEmpty())
                .forEach(etags::add);
        record.getLateDeletesList().forEach(delete -> etags.add(delete.getEtag()));
        return etags;
    }

    /** What is left to be known of a key whose object is gone. */
    static KeyRecord.Builder withoutObject(KeyRecord.Builder record) {
        KeyRecord.Builder rest =
                KeyRecord.newBuilder()
                        .addAllUploads(record.getUploadsList())
                        .addAllLatePuts(record.getLatePutsList())
                        .addAllLateDeletes(record.getLateDeletesList())
                        .addAllUnknownPuts(record.getUnknownPutsList());
        settled(rest);
        return rest;
    }

    /** Whether the key's object is the newest object of the inode. */
    public static boolean isObjectOf(String key, KeyRecord.Builder record, Inode inode) {
        return hasObject(record)
                && inode.hasObject()
                && record.getIno() == inode.ino()
                && record.getGeneration() == inode.object().getGeneration()
                && record.getEtag().equals(inode.object().getEtag())
                && key.equals(inode.object().getKey());
    }

    /** The inode, other than {@code except}, whose newest object is the key's; or null. */
    public static @Nullable Inode user(
            Space space, String key, KeyRecord.Builder record, long except) {
        if (!hasObject(record) || record.getIno() == except) {
            return null;
        }
        Inode inode = space.find(record.getIno());
        return inode != null && isObjectOf(key, record, inode) ? inode : null;
    }

    /**
     * Whether the file's object must stay until there is another one: no worker has the content, or
     * WRITE_THROUGH has promised it to be in the bucket (of an open file, what was stored last).
     */
    static boolean isOnlyCopy(Space space, Inode inode) {
        boolean promised =
                inode.linked()
                        && (inode.uploaded() || inode.state() == FlushState.FLUSH_STATE_OPEN)
                        && Policy.of(space, inode.ino()).writeThrough();
        return promised || !inode.record().getStaged();
    }
}
