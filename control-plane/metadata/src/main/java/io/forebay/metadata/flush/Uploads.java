package io.forebay.metadata.flush;

import com.google.protobuf.ByteString;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.metadata.work.Step;
import io.forebay.proto.Attributes;
import io.forebay.proto.FailedUpload;
import io.forebay.proto.FlushRecord;
import io.forebay.proto.FlushState;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.ObjectSource;
import io.forebay.proto.Task;
import io.forebay.proto.TraceContext;
import io.forebay.proto.UploadTask;
import io.forebay.schema.Limits;
import org.jspecify.annotations.Nullable;

/** Uploads as tasks of a worker. */
final class Uploads {
    /** How soon a paused upload is handed out again. */
    private static final long PAUSED_MILLIS = 500;

    private Uploads() {}

    /** Decides what becomes of an upload that is due. */
    static Step prepare(Space space, long ino) {
        Inode inode = space.find(ino);
        if (inode == null || !inode.linked() || generation(inode) == 0) {
            return new Step.Drop();
        }
        if (open(inode)) {
            return prepareOpen(space, inode);
        }
        String key = ObjectKeys.current(space, ino);
        if (key == null || Flow.isAt(space, inode, key)) {
            Flow.clean(space, inode);
            return new Step.Drop();
        }
        String unfit = unfit(space, inode, key);
        if (unfit != null) {
            Flow.stuck(space, inode, FlushState.FLUSH_STATE_FAILED, unfit);
            return new Step.Drop();
        }
        ObjectSource source = inode.regular() ? source(space, inode) : null;
        boolean perhapsStaged = inode.record().getStaged() || inode.record().getMaybeStaged();
        if (source == null && !perhapsStaged) {
            Flow.stuck(
                    space,
                    inode,
                    FlushState.FLUSH_STATE_FAILED,
                    "Neither a worker nor the bucket has the content: write the file again");
            return new Step.Drop();
        }
        // Files that wait for each other's keys: one goes elsewhere first.
        String target = source != null && occupied(space, key, ino) ? ObjectKeys.detour(ino) : key;
        boolean same = source != null && source.getKey().equals(target);
        if (same && !inode.record().getStaged()) {
            return new Step.Wait(PAUSED_MILLIS);
        }
        if (same || stagedInstead(inode)) {
            source = null; // what is staged does it as well, when a copy failed
        }
        inode.attributes().setFlushState(FlushState.FLUSH_STATE_UPLOADING);
        Task.Builder task = task(space, inode, target, source);
        describe(space, inode, task.getUploadBuilder());
        return new Step.Give(task);
    }

    /** Where it is not known whether a worker has the content, both are tried in turn. */
    private static boolean stagedInstead(Inode inode) {
        int attempt = inode.flush().getAttempt();
        return (inode.record().getStaged() && attempt > 0)
                || (inode.record().getMaybeStaged() && attempt % 2 == 1);
    }

    /** What a close or an fsync of an open file waits for. */
    private static Step prepareOpen(Space space, Inode inode) {
        String key = ObjectKeys.current(space, inode.ino());
        boolean there =
                inode.object().getGeneration() == generation(inode)
                        && inode.object().getKey().equals(key);
        if (key == null || there) {
            return new Step.Drop();
        }
        String unfit = unfit(space, inode, key);
        if (unfit != null) {
            Flow.stuck(space, inode, FlushState.FLUSH_STATE_FAILED, unfit);
            return new Step.Drop();
        }
        return new Step.Give(task(space, inode, key, null));
    }

    /** The generation that is to be in the bucket next, or 0. */
    private static long generation(Inode inode) {
        if (open(inode)) {
            return inode.flush().getCutGeneration();
        }
        return waiting(inode.state()) ? inode.generation() : 0;
    }

    /** Why no object store takes the file, or null. */
    private static @Nullable String unfit(Space space, Inode inode, String key) {
        if (!ObjectKeys.fits(space.workspace().getLocation(), key)) {
            return "The path is too long for an object key (1,024 bytes with the prefix):"
                    + " rename the file or a directory above it";
        }
        return inode.attributes().getSize() > Limits.OBJECT_BYTES_MAX
                ? "The file is larger than an object can be (5 TiB): cut or split it"
                : null;
    }

    /** What a worker says of a try that did not reach the publication. */
    static void failed(Space space, FailedUpload failed) {
        Inode inode = current(space, failed.getIno(), failed.getGeneration());
        if (inode != null && failed.getConflict()) {
            Flow.stuck(space, inode, FlushState.FLUSH_STATE_CONFLICT, failed.getMessage());
        } else if (inode != null && failed.getChanged() && open(inode)) {
            Flow.cutLost(space, inode);
        } else if (inode != null) {
            Flow.failed(space, inode, failed.getMessage());
        }
    }

    /** Remembers how far an upload came. */
    static void paused(Space space, UploadTask paused) {
        Inode inode = current(space, paused.getIno(), paused.getGeneration());
        if (inode != null) {
            remember(space, inode, paused.getKey(), paused.getUploadId());
            if (!open(inode)) {
                inode.attributes().setFlushState(FlushState.FLUSH_STATE_QUEUED);
            }
            Queue.put(
                    space,
                    inode.owner(),
                    TaskId.of(TaskKind.UPLOAD, inode.ino()),
                    space.nowMillis() + PAUSED_MILLIS);
        }
    }

    static void remember(Space space, Inode inode, String key, String uploadId) {
        if (!uploadId.isEmpty()) {
            if (!inode.flush().getUploadId().equals(uploadId)) {
                OpenUploads.left(space, inode);
            }
            inode.flush()
                    .setUploadId(uploadId)
                    .setUploadKey(key)
                    .setUploadGeneration(generation(inode));
        }
    }

    private static boolean open(Inode inode) {
        return inode.state() == FlushState.FLUSH_STATE_OPEN;
    }

    /** The file if it still waits for this generation to be uploaded, or null. */
    static @Nullable Inode current(Space space, long ino, long generation) {
        Inode inode = space.find(ino);
        return inode != null && inode.linked() && generation != 0 && generation(inode) == generation
                ? inode
                : null;
    }

    /** Whether an object of it may be about to appear. */
    static boolean isPublishing(Inode inode) {
        return open(inode) || inode.state() == FlushState.FLUSH_STATE_COMMITTING;
    }

    /** Another file needs the object at the key, and cannot be uploaded from elsewhere. */
    private static boolean occupied(Space space, String key, long ino) {
        Inode user = KeyStates.user(space, key, KeyStates.load(space, key), ino);
        return user != null && KeyStates.isOnlyCopy(space, user);
    }

    private static boolean waiting(FlushState state) {
        return switch (state) {
            case FLUSH_STATE_QUEUED,
                    FLUSH_STATE_UPLOADING,
                    FLUSH_STATE_COMMITTING,
                    FLUSH_STATE_FAILED ->
                    true;
            default -> false;
        };
    }

    /** The object with the content of this generation, if the bucket has it elsewhere. */
    private static @Nullable ObjectSource source(Space space, Inode inode) {
        if (!inode.uploaded()) {
            return null;
        }
        String key = inode.object().getKey();
        KeyRecord.Builder record = KeyStates.load(space, key);
        boolean there =
                KeyStates.isObjectOf(key, record, inode)
                        && !KeyStates.marked(record, KeyRecord.Intent.INTENT_DELETE);
        return !there
                ? null
                : ObjectSource.newBuilder()
                        .setKey(key)
                        .setEtag(inode.object().getEtag())
                        .setSize(inode.object().getSize())
                        .build();
    }

    /** What is no regular file: no worker has its content. */
    private static void describe(Space space, Inode inode, UploadTask.Builder upload) {
        if (inode.regular()) {
            return;
        }
        byte[] target = space.tx().get(Keys.link(space.id(), inode.ino()));
        upload.setType(inode.type())
                .setRdev(inode.attributes().getRdev())
                .setContent(target == null ? ByteString.EMPTY : ByteString.copyFrom(target));
    }

    /** Whether the file is to be under this key: its own, or the one of a detour. */
    static boolean isFor(Space space, String key, Inode inode) {
        return key.equals(ObjectKeys.current(space, inode.ino()))
                || key.equals(ObjectKeys.detour(inode.ino()));
    }

    private static Task.Builder task(
            Space space, Inode inode, String key, @Nullable ObjectSource source) {
        Attributes.Builder attributes = inode.attributes();
        FlushRecord.Builder flush = inode.flush();
        long generation = generation(inode);
        UploadTask.Builder upload =
                UploadTask.newBuilder()
                        .setIno(inode.ino())
                        .setGeneration(generation)
                        .setKey(key)
                        .setSize(attributes.getSize())
                        .setMode(attributes.getMode())
                        .setUid(attributes.getUid())
                        .setGid(attributes.getGid())
                        .setMtimeNanos(attributes.getMtimeNanos());
        if (source != null) {
            upload.setCopyFrom(source);
        }
        if (flush.getUploadKey().equals(key) && flush.getUploadGeneration() == generation) {
            upload.setUploadId(flush.getUploadId());
        } else {
            OpenUploads.left(space, inode);
        }
        if (open(inode)) {
            upload.setStagedCtimeNanos(flush.getCutCtimeNanos());
        }
        boolean otherForm = flush.getAttempt() % 2 == 1; // a worker sends it in one part, then
        boolean inParts = source != null || otherForm || upload.getSize() > Limits.PART_BYTES_MIN;
        OpenUploads.allow(space, inode.owner(), upload, inParts);
        return Task.newBuilder()
                .setAttempt(flush.getAttempt())
                .setTrace(TraceContext.newBuilder().setTraceparent(flush.getTraceparent()))
                .setUpload(upload);
    }
}
