package io.forebay.observability;

import static io.forebay.observability.ProcessKind.CONTROL_PLANE;
import static io.forebay.observability.ProcessKind.MOUNT;
import static io.forebay.observability.ProcessKind.WORKER;

import java.util.List;

/**
 * Every log event: one line per change of state, none per request. A line is {@code event=<label>
 * key=value ...}.
 */
public enum EventName implements Named {
    CONTROL_PLANE_READY("control-plane.ready", CONTROL_PLANE, "The services answer."),
    CONTROL_PLANE_STOPPED("control-plane.stopped", CONTROL_PLANE, "The store is closed."),
    WORKSPACE_CREATED("workspace.created", CONTROL_PLANE, "A workspace was bound to a bucket."),
    WORKSPACE_REFUSED(
            "workspace.refused", CONTROL_PLANE, "A worker could not write to the bucket."),
    IMPORT_STARTED(
            "import.started",
            CONTROL_PLANE,
            "Files are made of the objects of a workspace's bucket."),
    IMPORT_SKIPPED("import.skipped", CONTROL_PLANE, "An import left an object alone, and why."),
    IMPORT_ENDED("import.ended", CONTROL_PLANE, "An import is done, or cannot go on."),
    FSCK_STARTED("fsck.started", CONTROL_PLANE, "A check of a workspace begins."),
    FSCK_FOUND("fsck.found", CONTROL_PLANE, "A check found something, and maybe repaired it."),
    FSCK_ENDED("fsck.ended", CONTROL_PLANE, "A check of a workspace is over."),
    WORKER_REGISTERED("worker.registered", CONTROL_PLANE, "A worker has a new epoch."),
    MOUNT_ATTACHED("mount.attached", CONTROL_PLANE, "A mount's lease began."),
    MOUNT_DETACHED("mount.detached", CONTROL_PLANE, "A mount ended its lease."),
    MOUNT_EXPIRED(
            "mount.expired",
            CONTROL_PLANE,
            "A mount's lease ran out; what it had open is settled without it."),
    CONFLICT_RESOLVED("conflict.resolved", CONTROL_PLANE, "A person ended a file's conflict."),
    OBJECT_ADOPTED(
            "object.adopted",
            CONTROL_PLANE,
            "Somebody else wrote the object of a clean file: it is the file's content now."),
    FILE_INCOMPLETE(
            "file.incomplete",
            CONTROL_PLANE,
            "A loss of power may have taken some of a file that was not synced: it is not stored."),
    OBJECT_MISSING(
            "object.missing",
            CONTROL_PLANE,
            "Somebody else deleted the object of a clean file: a person decides."),
    OWNER_REPLACED(
            "owner.replaced",
            CONTROL_PLANE,
            "A worker did not come back; workers with copies of its files own them now."),
    DUTY_FAILED("duty.failed", CONTROL_PLANE, "A background duty failed; it is tried again."),
    LOCAL_CALLS_OFF(
            "local-calls.off",
            CONTROL_PLANE,
            "No unix socket for this machine's mounts: their calls take the slower way."),
    CALL_FAILED("call.failed", CONTROL_PLANE, "A call failed in a way nobody foresaw."),

    WORKER_READY("worker.ready", WORKER, "Staged files can be opened."),
    WORKER_FENCED("worker.fenced", WORKER, "A newer process took this worker's place; it stops."),
    WORKER_STOPPED("worker.stopped", WORKER, "The staging directory is closed."),
    STAGING_RECOVERED("staging.recovered", WORKER, "What was on the disk at start is sorted out."),
    COPY_FAILED(
            "copy.failed",
            WORKER,
            "Another worker did not take the copy of a file; the next one is tried."),
    FLUSH_FAILED("flush.failed", WORKER, "A file did not reach the bucket; it is tried again."),
    FLUSH_RECOVERED("flush.recovered", WORKER, "Uploads succeed again."),
    FETCH_WAITING("fetch.waiting", WORKER, "The object store does not answer; opens wait for it."),
    FETCH_RECOVERED("fetch.recovered", WORKER, "It does again, and no open waits any more."),
    FETCH_FAILED("fetch.failed", WORKER, "An evicted file did not come back; its open failed."),
    FLUSH_CONFLICT("flush.conflict", WORKER, "Somebody else changed an object; a person decides."),

    MOUNT_READY("mount.ready", MOUNT, "The mount answers."),
    MOUNT_STOPPED("mount.stopped", MOUNT, "The mount is gone."),
    LOCKS_LOST(
            "locks.lost", MOUNT, "Locks that ended with the mount's lease could not be had again."),
    TAKEOVER_DONE("takeover.done", MOUNT, "A new process serves the mount of one that ended."),
    HANDOVER_BEGUN("handover.begun", MOUNT, "This process ends for its successor."),
    MOUNT_ENDED("mount.ended", MOUNT, "The mount process ended; its holder starts another one."),
    MOUNT_UNREAPED(
            "mount.unreaped", MOUNT, "A killed mount process cannot end yet; it is replaced."),
    MOUNT_HUNG("mount.hung", MOUNT, "A request is stuck; the mount process is killed."),
    MOUNT_ABANDONED("mount.abandoned", MOUNT, "No process can serve the mount; it is taken away."),
    HOLDER_LOST("holder.lost", MOUNT, "The holder is gone: the mount would not survive a crash."),
    WATCH_FOUND("watch.found", MOUNT, "The mount hears of what others change."),
    WATCH_LOST("watch.lost", MOUNT, "It does not, and lets the kernel believe little meanwhile."),
    STORE_WAIT_FAILED(
            "store-wait.failed",
            MOUNT,
            "A close or fsync ended with EIO: the bucket (WRITE_THROUGH) or the other workers"
                    + " (replicas) do not have it yet."),
    LEASE_LOST("lease.lost", MOUNT, "The mount's lease ended; it attaches again."),
    CONTROL_PLANE_LOST("control-plane.lost", MOUNT, "The control plane does not answer."),
    CONTROL_PLANE_FOUND("control-plane.found", MOUNT, "The control plane answers again."),
    REQUEST_FAILED("request.failed", MOUNT, "A kernel request was answered with EIO.");

    @SuppressWarnings("ImmutableEnumChecker") // a record of strings
    private final Word word;

    EventName(String label, ProcessKind process, String description) {
        this.word = new Word(label, process, description);
    }

    @Override
    public Word word() {
        return word;
    }

    /**
     * The line to log.
     *
     * @param pairs keys and values in turn; a value with a space, an equals sign or a quote is
     *     quoted
     */
    public String line(Object... pairs) {
        if (pairs.length % 2 != 0) {
            throw new IllegalArgumentException("A key has no value.");
        }
        StringBuilder text = new StringBuilder("event=").append(label());
        List<Object> all = List.of(pairs);
        for (int i = 0; i < all.size(); i += 2) {
            text.append(' ').append(all.get(i)).append('=').append(quoted(all.get(i + 1)));
        }
        return text.toString();
    }

    private static String quoted(Object value) {
        String text = value.toString();
        if (!text.isEmpty() && text.chars().noneMatch(c -> c <= ' ' || c == '"' || c == '=')) {
            return text;
        }
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\R", " ") + '"';
    }
}
