package io.forebay.metadata.flush;

import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.work.Backoff;
import io.forebay.metadata.work.Lease;
import io.forebay.metadata.work.Step;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.RemoveObjectTask;
import io.forebay.proto.RemovedObject;
import io.forebay.proto.Task;
import io.forebay.proto.TaskRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Objects that no path has any more. A request says only that a key is to be looked at: whether its
 * object goes is decided when a worker is ready for it, by what is true then.
 */
public final class Removals {
    private static final System.Logger LOG = System.getLogger(Removals.class.getName());

    /** How soon a key that somebody is writing is looked at again. */
    private static final long BUSY_MILLIS = 500;

    private Removals() {}

    /** Asks for a look at the key, if there may be an object of ours. */
    public static void request(Space space, String worker, String key) {
        if (KeyStates.known(KeyStates.load(space, key))) {
            TaskId task = TaskId.removal(key);
            TaskRecord old = Queue.find(space, worker, task);
            if (old == null || !old.getLeased()) {
                Queue.put(space, worker, task, space.nowMillis());
            }
        }
    }

    /** Decides what becomes of a request that is due. */
    static Step prepare(Space space, Lease lease, String key) {
        KeyRecord.Builder record = KeyStates.load(space, key);
        boolean deleting = KeyStates.marked(record, KeyRecord.Intent.INTENT_DELETE);
        if (deleting || KeyStates.marked(record, KeyRecord.Intent.INTENT_PUT)) {
            boolean own = deleting && record.getMarkWorker().equals(lease.worker());
            if (!own && KeyStates.alive(space, lease, record)) {
                return new Step.Wait(BUSY_MILLIS);
            }
        }
        if (!deleting) {
            KeyStates.abandonPut(record);
            if (!KeyStates.mayHaveObject(record) || !unneeded(space, key, record)) {
                KeyStates.save(space, key, record);
                return uploads(space, key, record);
            }
        }
        if (deleting) {
            KeyStates.deletedAgain(record);
        }
        record.setIntent(KeyRecord.Intent.INTENT_DELETE)
                .setMarkWorker(lease.worker())
                .setMarkEpoch(lease.epoch())
                .setMarkSinceMillis(space.nowMillis());
        KeyStates.save(space, key, record);
        RemoveObjectTask task =
                RemoveObjectTask.newBuilder()
                        .setKey(key)
                        .setExpectedEtag(record.getEtag())
                        .addAllUnknownPuts(KeyStates.possible(record))
                        .addAllAbortUploads(OpenUploads.stale(space, key, record))
                        .build();
        return new Step.Give(Task.newBuilder().setRemoveObject(task));
    }

    /** The key's object stays, or there is none: what is left of uploads goes. */
    private static Step uploads(Space space, String key, KeyRecord.Builder record) {
        List<String> stale = OpenUploads.stale(space, key, record);
        long untold = OpenUploads.untoldUntil(space, record);
        if (stale.isEmpty() && untold == 0) {
            return OpenUploads.untoldSince(record) == 0
                    ? new Step.Drop()
                    : new Step.Wait(BUSY_MILLIS);
        }
        RemoveObjectTask.Builder task =
                RemoveObjectTask.newBuilder()
                        .setKey(key)
                        .setUploadsOnly(true)
                        .addAllAbortUploads(stale);
        if (untold != 0) {
            task.setUntoldSinceMillis(OpenUploads.untoldSince(record))
                    .setUntoldUntilMillis(untold)
                    .addAllKnownUploads(OpenUploads.all(record));
        }
        return new Step.Give(Task.newBuilder().setRemoveObject(task));
    }

    /** What a worker says of a removal. */
    static void ended(Space space, Lease lease, RemovedObject ended) {
        String key = ended.getKey();
        TaskId task = TaskId.removal(key);
        TaskRecord old = Queue.find(space, lease.worker(), task);
        KeyRecord.Builder record = KeyStates.load(space, key);
        boolean deleting = KeyStates.marked(record, KeyRecord.Intent.INTENT_DELETE);
        if (deleting == ended.getUploadsOnly()) {
            return; // said before, or taken over
        }
        if (!ended.getDone() && !ended.getConflict()) {
            again(space, lease, key, old);
            return;
        }
        boolean told = !KeyStates.hasObject(record) && record.getUnknownPutsCount() == 0;
        if (ended.getConflict() && !told) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "An object that somebody else wrote was left where a file was removed;"
                            + " delete it by hand if it is not wanted workspace={0} key={1}",
                    Long.toString(space.id()),
                    key);
        }
        Queue.remove(space, lease.worker(), task);
        KeyRecord.Builder rest = ended.getUploadsOnly() ? record : KeyStates.withoutObject(record);
        OpenUploads.over(rest, ended.getAbortedUploadsList());
        OpenUploads.toldUntil(rest, ended.getUntoldUntilMillis());
        KeyStates.save(space, key, rest);
        if (deleting) {
            forgetObject(space, key, record);
        }
        if (deleting && rest.getLatePutsCount() > 0) {
            again(space, lease, key, old);
        }
        if (ended.getUploadsOnly()) {
            request(space, lease.worker(), key); // the object may be unneeded since
        }
        OpenUploads.lookAfter(space, lease.worker(), key);
    }

    /** Soon, and then less often, but more often than a late put needs to be forgotten. */
    private static void again(Space space, Lease lease, String key, @Nullable TaskRecord old) {
        TaskRecord.Builder again = old == null ? TaskRecord.newBuilder() : old.toBuilder();
        long pause = Backoff.millis(again.getAttempt(), key.hashCode());
        again.setLeased(false).setDueMillis(space.nowMillis() + pause);
        Queue.put(space, lease.worker(), TaskId.removal(key), again.build());
    }

    private static void forgetObject(Space space, String key, KeyRecord.Builder record) {
        Inode user = KeyStates.user(space, key, record, 0);
        if (user != null) {
            user.record().clearObject();
        }
    }

    private static boolean unneeded(Space space, String key, KeyRecord.Builder record) {
        Inode live = liveFile(space, key);
        if (live != null) {
            adopt(space, live, key);
            return false;
        }
        Inode user = KeyStates.user(space, key, record, 0);
        boolean needed =
                user != null
                        && (KeyStates.isOnlyCopy(space, user)
                                || (user.linked() && user.uploaded()));
        return !needed;
    }

    /**
     * The file at the key's path answers for what is, or may be, under the key: its own upload
     * replaces it, and when it leaves before, the key is looked at again.
     */
    static void adopt(Space space, Inode live, String key) {
        mark(space, live, key);
        Flow.reconcile(space, live, key);
    }

    /** The inode answers for this key, and not for the one before any more. */
    static void mark(Space space, Inode inode, String key) {
        String before = inode.flush().getMarkedKey();
        if (!before.isEmpty() && !before.equals(key)) {
            request(space, inode.owner(), before);
        }
        inode.flush().setMarkedKey(key);
    }

    /** The file whose key it is now, or null. */
    public static @Nullable Inode liveFile(Space space, String key) {
        if (ObjectKeys.isDetour(key)) {
            return null;
        }
        Long ino = Names.resolve(space.tx(), space.id(), ObjectKeys.path(key));
        Inode inode = ino == null ? null : space.find(ino);
        return inode != null && inode.hasKey() && isItsOwn(space, inode, key) ? inode : null;
    }

    /** Of a file's hard links one has the object. */
    static boolean isItsOwn(Space space, Inode inode, String key) {
        return inode.attributes().getNlink() == 1
                || key.equals(ObjectKeys.current(space, inode.ino()));
    }
}
