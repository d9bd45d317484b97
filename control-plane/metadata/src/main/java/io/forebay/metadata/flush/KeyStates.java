package io.forebay.metadata.flush;

import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.proto.FlushState;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.UnknownPut;
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
        return record == null ? KeyRecord.newBuilder() : record.toBuilder();
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
                || record.getUploadsCount() > 0;
    }

    /** Whether there is an object, or may be one later. */
    static boolean mayHaveObject(KeyRecord.Builder record) {
        return hasObject(record) || record.getUnknownPutsCount() > 0;
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

    /** Whether somebody is at it: he has not said how it ended, and can be expected to. */
    static boolean alive(Space space, KeyRecord.Builder record) {
        return !record.getMarkUnknown()
                && Registry.epoch(space.tx(), record.getMarkWorker()) == record.getMarkEpoch()
                && space.nowMillis() - record.getMarkSinceMillis() < MARK_MILLIS;
    }

    static void clearMark(KeyRecord.Builder record) {
        record.clearIntent()
                .clearMarkWorker()
                .clearMarkEpoch()
                .clearMarkSinceMillis()
                .clearMarkUnknown()
                .clearMarkAgain()
                .clearMarkIno()
                .clearMarkGeneration();
    }

    /** Nobody will say how the put ended: it is one that may have happened. */
    static void abandonPut(KeyRecord.Builder record) {
        if (record.getIntent() == KeyRecord.Intent.INTENT_PUT) {
            if (record.getUnknownPutsCount() >= UNKNOWN_MAX) {
                record.removeUnknownPuts(0);
            }
            record.addUnknownPuts(
                    UnknownPut.newBuilder()
                            .setIno(record.getMarkIno())
                            .setGeneration(record.getMarkGeneration()));
            clearMark(record);
        }
    }

    /** Takes a put out of those that may have happened; whether it was one. */
    static boolean takeUnknown(KeyRecord.Builder record, long ino, long generation) {
        List<UnknownPut> all = List.copyOf(record.getUnknownPutsList());
        record.clearUnknownPuts();
        all.stream()
                .filter(put -> put.getIno() != ino || put.getGeneration() != generation)
                .forEach(record::addUnknownPuts);
        return record.getUnknownPutsCount() < all.size();
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
