package io.forebay.metadata.flush;

import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.work.Lease;
import io.forebay.proto.AbortedUploads;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.OpenUpload;
import io.forebay.proto.TaskRecord;
import io.forebay.proto.UnknownPut;
import io.forebay.proto.UploadTask;
import io.forebay.proto.UploadTaskOrBuilder;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * Multipart uploads that were begun and that nobody has said to be over. They are known before they
 * exist: who dies while he begins one leaves a note that there may be one.
 */
final class OpenUploads {
    /** Beyond it the oldest is forgotten, and left to the rules of the bucket. */
    private static final int MAX = 64;

    /** A worker that is alive tells the id within it. */
    private static final long TOLD_MILLIS = 5_000;

    private OpenUploads() {}

    /** A worker gets the task: it may begin an upload, and aborts those that are stale. */
    static void allow(Space space, String worker, UploadTask.Builder task, boolean begins) {
        String key = task.getKey();
        KeyRecord.Builder record = KeyStates.load(space, key);
        record.getUploadsList().stream()
                .map(OpenUpload::getUploadId)
                .filter(id -> !id.isEmpty() && !id.equals(task.getUploadId()))
                .forEach(task::addAbortUploads);
        if (begins) {
            task.setAllowedMillis(unused(record, space.nowMillis()));
            add(record, "", task, task.getAllowedMillis());
            KeyStates.save(space, key, record);
            lookLater(space, worker, key);
        }
    }

    /** What a worker leaves it tells of, or aborts; afterwards somebody has to look. */
    static void lookAfter(Space space, String worker, String key) {
        KeyRecord.Builder record = KeyStates.load(space, key);
        if (untoldSince(record) != 0 || !stale(space, key, record).isEmpty()) {
            lookLater(space, worker, key);
        }
    }

    private static void lookLater(Space space, String worker, String key) {
        TaskId look = TaskId.removal(key);
        if (Queue.find(space, worker, look) == null) {
            long due = space.nowMillis() + TOLD_MILLIS;
            Queue.move(space, worker, look, TaskRecord.newBuilder().setDueMillis(due).build());
        }
    }

    /** A worker has begun one: whoever has the file next goes on with it. */
    static void begun(Space space, Lease lease, UploadTask begun) {
        String key = begun.getKey();
        KeyRecord.Builder record = KeyStates.load(space, key);
        keep(record, each -> !isNoteOf(each, begun) && !isIt(each, begun));
        add(record, begun.getUploadId(), begun, space.nowMillis());
        KeyStates.save(space, key, record);
        Inode inode = Uploads.current(space, begun.getIno(), begun.getGeneration());
        if (inode != null && Uploads.isFor(space, key, inode)) {
            Uploads.remember(space, inode, key, begun.getUploadId());
        } else {
            Removals.request(space, lease.worker(), key);
        }
    }

    private static boolean isNoteOf(OpenUpload upload, UploadTask task) {
        return upload.getUploadId().isEmpty()
                && upload.getIno() == task.getIno()
                && upload.getGeneration() == task.getGeneration()
                && upload.getSinceMillis() == task.getAllowedMillis();
    }

    private static boolean isIt(OpenUpload upload, UploadTask task) {
        return upload.getUploadId().equals(task.getUploadId());
    }

    static void aborted(Space space, AbortedUploads aborted) {
        KeyRecord.Builder record = KeyStates.load(space, aborted.getKey());
        over(record, aborted.getUploadIdsList());
        KeyStates.save(space, aborted.getKey(), record);
    }

    /** The task came to no upload. */
    static void unbegun(Space space, UploadTask task) {
        KeyRecord.Builder record = KeyStates.load(space, task.getKey());
        keep(record, each -> !isNoteOf(each, task));
        KeyStates.save(space, task.getKey(), record);
    }

    /** They are completed, or aborted: no put of theirs can come any more. */
    static void over(KeyRecord.Builder record, Collection<String> ids) {
        List<UnknownPut> late =
                record.getLatePutsList().stream()
                        .filter(put ->
                                put.getUploadId().isEmpty() || !ids.contains(put.getUploadId()))
                        .toList();
        record.clearLatePuts().addAllLatePuts(late);
        keep(record, each -> each.getUploadId().isEmpty() || !ids.contains(each.getUploadId()));
    }

    /** Nobody has begun one untold until then, or it is gone. */
    static void toldUntil(KeyRecord.Builder record, long millis) {
        keep(record, each -> !each.getUploadId().isEmpty() || each.getSinceMillis() > millis);
    }

    private static void keep(KeyRecord.Builder record, Predicate<OpenUpload> which) {
        List<OpenUpload> kept = record.getUploadsList().stream().filter(which).toList();
        record.clearUploads().addAllUploads(kept);
    }

    /** A time names a note. */
    private static long unused(KeyRecord.Builder record, long millis) {
        long last = millis - 1;
        for (OpenUpload each : record.getUploadsList()) {
            last = Math.max(last, each.getSinceMillis());
        }
        return last + 1;
    }

    private static void add(
            KeyRecord.Builder record, String id, UploadTaskOrBuilder task, long millis) {
        if (record.getUploadsCount() >= MAX) {
            record.removeUploads(0);
        }
        record.addUploads(
                OpenUpload.newBuilder()
                        .setUploadId(id)
                        .setIno(task.getIno())
                        .setGeneration(task.getGeneration())
                        .setSinceMillis(millis));
    }

    /** With which nobody goes on. */
    static List<String> stale(Space space, String key, KeyRecord.Builder record) {
        return record.getUploadsList().stream()
                .filter(each -> !each.getUploadId().isEmpty() && !isWanted(space, key, each))
                .map(OpenUpload::getUploadId)
                .toList();
    }

    static List<String> all(KeyRecord.Builder record) {
        return record.getUploadsList().stream()
                .map(OpenUpload::getUploadId)
                .filter(id -> !id.isEmpty())
                .toList();
    }

    private static boolean isWanted(Space space, String key, OpenUpload upload) {
        Inode inode = Uploads.current(space, upload.getIno(), upload.getGeneration());
        return inode != null
                && Uploads.isFor(space, key, inode)
                && inode.flush().getUploadKey().equals(key)
                && inode.flush().getUploadId().equals(upload.getUploadId());
    }

    /** When the first that nobody has told may have been begun, or 0. */
    static long untoldSince(KeyRecord.Builder record) {
        return record.getUploadsList().stream()
                .filter(each -> each.getUploadId().isEmpty())
                .mapToLong(OpenUpload::getSinceMillis)
                .min()
                .orElse(0);
    }

    /** The last of those that are old enough not to be told any more, or 0. */
    static long untoldUntil(Space space, KeyRecord.Builder record) {
        return record.getUploadsList().stream()
                .filter(each -> each.getUploadId().isEmpty())
                .mapToLong(OpenUpload::getSinceMillis)
                .filter(since -> since + TOLD_MILLIS <= space.nowMillis())
                .max()
                .orElse(0);
    }

    /** The file does not go on with the upload that it had. */
    static void left(Space space, Inode inode) {
        String key = inode.flush().getUploadKey();
        if (!key.isEmpty()) {
            inode.flush().clearUploadId().clearUploadKey().clearUploadGeneration();
            lookAfter(space, inode.owner(), key);
        }
    }
}
