package io.forebay.observability;

import static io.forebay.observability.ProcessKind.CONTROL_PLANE;
import static io.forebay.observability.ProcessKind.MOUNT;
import static io.forebay.observability.ProcessKind.WORKER;

/**
 * Every span that we open ourselves. One trace reaches from the close of a file to the object: the
 * trace context travels with the request, then with the entry in the flush queue, then with the
 * worker's task.
 */
public enum SpanName implements Named {
    FUSE_FLUSH("fuse.flush", MOUNT, "A close or fsync, as the application waits for it."),
    METADATA_COMMIT(
            "metadata.commit", CONTROL_PLANE, "Size and times of a written file are recorded."),
    METADATA_RELEASE(
            "metadata.release", CONTROL_PLANE, "A file's last writer is gone: it is queued."),
    FLUSH_UPLOAD(
            "flush.upload",
            WORKER,
            "One try to bring a file's content to the bucket, from the task to its report."),
    FLUSH_PUBLISH(
            "flush.publish",
            WORKER,
            "The key is asked for and the object is completed; below flush.upload."),
    FETCH("fetch", WORKER, "A file's bytes are brought back from the bucket.");

    @SuppressWarnings("ImmutableEnumChecker") // a record of strings
    private final Word word;

    SpanName(String label, ProcessKind process, String description) {
        this.word = new Word(label, process, description);
    }

    @Override
    public Word word() {
        return word;
    }
}
