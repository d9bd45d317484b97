package io.forebay.observability;

import static io.forebay.observability.MetricKind.COUNTER;
import static io.forebay.observability.MetricKind.GAUGE;
import static io.forebay.observability.MetricKind.TIMER;
import static io.forebay.observability.ProcessKind.CONTROL_PLANE;
import static io.forebay.observability.ProcessKind.MOUNT;
import static io.forebay.observability.ProcessKind.WORKER;

import java.util.Locale;

/**
 * Every metric. The name is the OpenTelemetry one; Prometheus shows it with underscores, the unit
 * at its end and {@code _total} after a counter ({@link #prometheusName}).
 */
public enum MetricName implements Named {
    MOUNTS("forebay.mounts", GAUGE, "", CONTROL_PLANE, "Mounts whose lease runs."),
    MOUNTS_EXPIRED(
            "forebay.mounts.expired",
            COUNTER,
            "",
            CONTROL_PLANE,
            "Mounts that went without a word: their lease ran out."),
    WORKERS("forebay.workers", GAUGE, "", CONTROL_PLANE, "Workers that report in time."),
    WORKERS_MISSING(
            "forebay.workers.missing",
            GAUGE,
            "",
            CONTROL_PLANE,
            "Workers that are known and do not report."),
    OWNERS_REPLACED(
            "forebay.owners.replaced",
            COUNTER,
            "",
            CONTROL_PLANE,
            "Files whose worker did not come back, and that another one with a copy owns now."),
    DIRTY_BYTES(
            "forebay.dirty",
            GAUGE,
            "bytes",
            CONTROL_PLANE,
            "Bytes of the files whose newest content is not in the bucket; tag workspace."),
    DIRTY_FILES(
            "forebay.flush.queue",
            GAUGE,
            "",
            CONTROL_PLANE,
            "Files whose newest content is not in the bucket; tag workspace."),
    LOSS_WINDOW(
            "forebay.loss.window",
            GAUGE,
            "seconds",
            CONTROL_PLANE,
            "Age of the oldest content that is not in the bucket; tag workspace."),
    OBJECTS_ADOPTED(
            "forebay.objects.adopted",
            COUNTER,
            "",
            CONTROL_PLANE,
            "Objects of clean files that somebody else replaced: they are the files' content now."),
    OBJECTS_MISSING(
            "forebay.objects.missing",
            COUNTER,
            "",
            CONTROL_PLANE,
            "Objects of clean files that somebody else deleted: the files are in CONFLICT."),
    METADATA_SECONDS(
            "forebay.metadata",
            TIMER,
            "seconds",
            CONTROL_PLANE,
            "Time that a metadata or worker call took in the control plane; tag rpc."),
    METADATA_FAILURES(
            "forebay.metadata.failures",
            COUNTER,
            "",
            CONTROL_PLANE,
            "Calls that ended with a gRPC status other than OK; tags rpc and status."),
    STORE_SYNCS(
            "forebay.metadata.syncs",
            COUNTER,
            "",
            CONTROL_PLANE,
            "Times the metadata store was made to survive a power loss by the background duty."),
    DUTY_FAILURES(
            "forebay.duty.failures",
            COUNTER,
            "",
            CONTROL_PLANE,
            "Rounds of a background duty that failed and are tried again; tag duty."),

    CHANGE_STREAMS(
            "forebay.change.streams", GAUGE, "", CONTROL_PLANE, "Mounts that are told of changes."),
    CHANGES_TOLD(
            "forebay.changes.told",
            COUNTER,
            "",
            CONTROL_PLANE,
            "Changes that mounts were told of, each once for each mount."),
    CHANGES_MISSED(
            "forebay.changes.missed",
            COUNTER,
            "",
            CONTROL_PLANE,
            "Times that a mount had to forget everything: it is new, or was away for too long."),

    FLUSH_UPLOADS(
            "forebay.flush.uploads", COUNTER, "", WORKER, "Files that were brought to the bucket."),
    FLUSH_BYTES(
            "forebay.flush.uploaded",
            COUNTER,
            "bytes",
            WORKER,
            "Bytes that were brought to the bucket."),
    FLUSH_FAILURES(
            "forebay.flush.failures",
            COUNTER,
            "",
            WORKER,
            "Tries to bring a file to the bucket that failed; each is retried."),
    FLUSH_CONFLICTS(
            "forebay.flush.conflicts",
            COUNTER,
            "",
            WORKER,
            "Uploads that stopped because somebody else had changed the object."),
    FLUSH_SECONDS(
            "forebay.flush",
            TIMER,
            "seconds",
            WORKER,
            "Time from taking a file's task to its object being published."),
    FLUSH_RUNNING("forebay.flush.running", GAUGE, "", WORKER, "Uploads that run now."),
    COPY_BYTES(
            "forebay.copy.sent",
            COUNTER,
            "bytes",
            WORKER,
            "Bytes that were sent to other workers for their copies."),
    COPY_FAILURES(
            "forebay.copy.failures",
            COUNTER,
            "",
            WORKER,
            "Copies that another worker did not take."),
    FETCH_BYTES(
            "forebay.fetch.downloaded",
            COUNTER,
            "bytes",
            WORKER,
            "Bytes that were brought back from the bucket for a read."),
    FETCH_FAILURES(
            "forebay.fetch.failures",
            COUNTER,
            "",
            WORKER,
            "Tries to bring a file back from the bucket that failed."),
    FETCH_WAITS(
            "forebay.fetch.waiting",
            GAUGE,
            "",
            WORKER,
            "Fetches that wait for an object store that does not answer."),
    SCANNED_OBJECTS(
            "forebay.scan.objects",
            COUNTER,
            "",
            WORKER,
            "Objects that were listed to find what others do to the bucket."),
    STAGING_USED("forebay.staging.used", GAUGE, "bytes", WORKER, "Bytes of staged files."),
    STAGING_FREE(
            "forebay.staging.free",
            GAUGE,
            "bytes",
            WORKER,
            "Bytes that can still be staged before space runs out."),
    STAGING_FILES("forebay.staging.files", GAUGE, "", WORKER, "Staged files."),
    STAGING_EVICTIONS(
            "forebay.staging.evictions",
            COUNTER,
            "",
            WORKER,
            "Clean files whose local copy was dropped."),
    GRANTS(
            "forebay.grants",
            COUNTER,
            "",
            WORKER,
            "Opens of staged files by mounts, by descriptor or by stream; tag outcome."),
    STREAM_FILES(
            "forebay.stream.open",
            GAUGE,
            "files",
            WORKER,
            "Files that mounts of other nodes have open."),
    STREAM_READ_BYTES(
            "forebay.stream.read",
            COUNTER,
            "bytes",
            WORKER,
            "Bytes read for mounts of other nodes, read-ahead included."),
    STREAM_WRITTEN_BYTES(
            "forebay.stream.written",
            COUNTER,
            "bytes",
            WORKER,
            "Bytes written for mounts of other nodes."),
    STREAM_RECALLS(
            "forebay.stream.recalls",
            COUNTER,
            "",
            WORKER,
            "Times that a mount had to give up what it kept of a file: another one opened it."),

    FUSE_REQUESTS("forebay.fuse.requests", COUNTER, "", MOUNT, "Kernel requests; tag operation."),
    FUSE_ERRORS(
            "forebay.fuse.errors",
            COUNTER,
            "",
            MOUNT,
            "Kernel requests answered with EIO: the mount could not do what it should."),
    FUSE_OPEN_FILES("forebay.fuse.open", GAUGE, "files", MOUNT, "Files that are open."),
    FUSE_PASSTHROUGH(
            "forebay.fuse.passthrough",
            GAUGE,
            "files",
            MOUNT,
            "Open files whose reads and writes go past the mount, straight to the staged file."),
    FUSE_READ_BYTES(
            "forebay.fuse.read",
            COUNTER,
            "bytes",
            MOUNT,
            "Bytes read through the mount itself; what the kernel passes through is not seen."),
    FUSE_WRITE_BYTES(
            "forebay.fuse.write",
            COUNTER,
            "bytes",
            MOUNT,
            "Bytes written through the mount itself; what the kernel passes through is not seen."),
    TAKEOVERS(
            "forebay.mount.takeovers",
            COUNTER,
            "",
            MOUNT,
            "Mount processes that this one's mount has outlived."),
    REMOTE_SECONDS(
            "forebay.remote",
            TIMER,
            "seconds",
            MOUNT,
            "Time that a call to the control plane took, retries included; tag rpc."),
    REMOTE_RETRIES(
            "forebay.remote.retries",
            COUNTER,
            "",
            MOUNT,
            "Calls to the control plane that were sent again."),
    WATCH_CHANGES(
            "forebay.watch.changes",
            COUNTER,
            "",
            MOUNT,
            "Changes of others that the kernel was told of; tag kind."),
    WATCH_RESETS(
            "forebay.watch.resets",
            COUNTER,
            "",
            MOUNT,
            "Times that everything was forgotten, because changes may have been missed."),
    WATCH_LOSSES(
            "forebay.watch.losses", COUNTER, "", MOUNT, "Times that the stream of changes ended."),
    STREAM_REOPENS(
            "forebay.stream.reopens",
            COUNTER,
            "",
            MOUNT,
            "Files on other nodes that were opened again after their stream was lost.");

    @SuppressWarnings("ImmutableEnumChecker") // a record of strings
    private final Word word;

    private final MetricKind kind;
    private final String unit;

    MetricName(
            String label, MetricKind kind, String unit, ProcessKind process, String description) {
        this.word = new Word(label, process, description);
        this.kind = kind;
        this.unit = unit;
    }

    /** Its label is the name without the unit, such as {@code forebay.staging.used}. */
    @Override
    public Word word() {
        return word;
    }

    public MetricKind kind() {
        return kind;
    }

    /** {@code bytes}, {@code seconds}, {@code files}, or empty for a plain count. */
    public String unit() {
        return unit;
    }

    /** The name in the text that Prometheus reads, such as {@code forebay_staging_used_bytes}. */
    public String prometheusName() {
        String name = label().replace('.', '_').toLowerCase(Locale.ROOT);
        if (!unit.isEmpty()) {
            name += "_" + unit;
        }
        return kind == COUNTER ? name + "_total" : name;
    }
}
