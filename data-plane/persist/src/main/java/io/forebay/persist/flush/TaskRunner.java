package io.forebay.persist.flush;

import io.forebay.persist.MultipartUpload;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.ProbeReport;
import io.forebay.persist.bucket.BucketReader;
import io.forebay.persist.check.Checker;
import io.forebay.proto.EndedTask;
import io.forebay.proto.FailedUpload;
import io.forebay.proto.ProbeResult;
import io.forebay.proto.PublishFailure;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.Task;
import io.forebay.schema.ForebayException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Does one task and reports how it ended. */
final class TaskRunner {
    private final ControlCalls control;
    private final StagedBytes staged;
    private final ObjectStore store;
    private final Removal removal;
    private final Uploader uploader;
    private final BucketReader reader;
    private final Tries tries;
    private final Checker checker;
    private final Reporter reporter;

    TaskRunner(
            ControlCalls control,
            StagedBytes staged,
            Storage storage,
            Tries tries,
            Reporter reporter) {
        this.control = control;
        this.staged = staged;
        this.tries = tries;
        this.store = storage.store();
        this.removal = storage.removal();
        this.uploader = storage.uploader();
        this.reader = storage.reader();
        this.checker = storage.checker();
        this.reporter = reporter;
    }

    /** The bucket, and who writes and reads it. */
    record Storage(
            ObjectStore store,
            Uploader uploader,
            Removal removal,
            BucketReader reader,
            Checker checker) {}

    /** Tells the listener how tasks go. */
    record Reporter(FlushListener listener, InstantSource clock) {
        Duration since(Instant start) {
            return Duration.between(start, clock.instant());
        }
    }

    /**
     * Never throws what a caller could handle: a task that fails is reported or handed out again.
     * {@code beforeReport} runs when the work is over: once it is reported, the same task may come
     * again.
     */
    void run(Task task, Runnable beforeReport) {
        Instant start = reporter.clock().instant();
        reporter.listener().started(task);
        try {
            if (task.hasUpload()) {
                upload(task, start, beforeReport);
            } else {
                report(other(task), beforeReport);
                reporter.listener().ended(task, reporter.since(start));
            }
        } catch (ForebayException e) {
            reporter.listener().failed(task, e.getMessage(), reporter.since(start));
        }
    }

    private void upload(Task task, Instant start, Runnable beforeReport) {
        long number = tries.begin();
        try {
            upload(Upload.of(task, number), start, beforeReport);
        } finally {
            tries.end(number);
        }
    }

    private void upload(Upload upload, Instant start, Runnable beforeReport) {
        Uploader.Result result = uploader.upload(upload);
        beforeReport.run();
        Task task = upload.task();
        FlushListener listener = reporter.listener();
        String uploadId = result.open().map(MultipartUpload::id).orElse("");
        PublishOutcome.Builder outcome =
                PublishOutcome.newBuilder().setIntent(upload.intent(uploadId));
        switch (result.end()) {
            case UploadEnd.Published(var object) -> {
                control.finish(outcome.setPublished(object).build());
                listener.published(task, object, result.sentBytes(), reporter.since(start));
            }
            case UploadEnd.Conflict(var seen) -> {
                control.finish(outcome.setConflict(true).setSeen(seen).build());
                listener.conflicted(task, reporter.since(start));
            }
            case UploadEnd.WriteFailed(String message, boolean known) -> {
                PublishFailure.Builder failure =
                        PublishFailure.newBuilder().setMessage(message).setOutcomeKnown(known);
                control.finish(outcome.setFailed(failure).build());
                listener.failed(task, message, reporter.since(start));
            }
            case UploadEnd.Failed(String message) -> {
                failed(upload, uploadId, failure(upload, message));
                listener.failed(task, message, reporter.since(start));
            }
            case UploadEnd.Changed() -> {
                String message = UploadEnd.Changed.MESSAGE;
                failed(upload, uploadId, failure(upload, message).setChanged(true));
                listener.failed(task, message, reporter.since(start));
            }
            case UploadEnd.Paused() -> {
                control.end(paused(upload, uploadId));
                listener.ended(task, reporter.since(start));
            }
            case UploadEnd.Stale() -> listener.ended(task, reporter.since(start));
        }
    }

    /** The parts that are there are remembered, and then the failure is. */
    private void failed(Upload upload, String uploadId, FailedUpload.Builder failure) {
        EndedTask failed = ended(upload.task()).setFailedUpload(failure).build();
        if (uploadId.isEmpty()) {
            control.end(failed);
        } else {
            control.end(paused(upload, uploadId), failed);
        }
    }

    private static FailedUpload.Builder failure(Upload upload, String message) {
        return FailedUpload.newBuilder()
                .setIno(upload.work().getIno())
                .setGeneration(upload.work().getGeneration())
                .setMessage(message);
    }

    private static EndedTask paused(Upload upload, String uploadId) {
        return ended(upload.task())
                .setPausedUpload(upload.work().toBuilder().setUploadId(uploadId))
                .build();
    }

    private void report(Optional<EndedTask> end, Runnable beforeReport) {
        beforeReport.run();
        end.ifPresent(each -> control.end(each));
    }

    /** Nothing where the control plane knows already. */
    private Optional<EndedTask> other(Task task) {
        long workspace = task.getWorkspaceId();
        EndedTask.Builder ended = ended(task);
        switch (task.getWorkCase()) {
            case REMOVE_OBJECT -> ended.setRemovedObject(removal.run(task));
            case DROP_STAGED -> {
                long ino = task.getDropStaged().getIno();
                staged.drop(workspace, ino);
                ended.setDroppedIno(ino);
            }
            case DROP_COPY -> {
                long ino = task.getDropCopy().getIno();
                staged.dropCopy(workspace, ino);
                ended.setDroppedCopyIno(ino);
            }
            case EVICT -> {
                long ino = task.getEvict().getIno();
                if (staged.evict(workspace, ino, task.getEvict().getGeneration())) {
                    return Optional.empty();
                }
                ended.setEvictRefusedIno(ino);
            }
            case PROBE -> {
                ProbeReport report = store.probe(task.getLocation());
                ended.setProbe(
                        ProbeResult.newBuilder()
                                .setFailure(report.failure())
                                .setMessage(report.message()));
            }
            case SETTLE -> {
                long ino = task.getSettle().getIno();
                long generation = task.getSettle().getGeneration();
                ended.setSettled(staged.settle(workspace, ino, generation));
            }
            case IMPORT -> ended.setImported(reader.read(task.getLocation(), task.getImport()));
            case CHECK ->
                    ended.setChecked(
                            checker.answer(workspace, task.getLocation(), task.getCheck()));
            case UPLOAD, COPY, WORK_NOT_SET -> {
                return Optional.empty();
            }
        }
        return Optional.of(ended.build());
    }

    private static EndedTask.Builder ended(Task task) {
        return EndedTask.newBuilder().setWorkspaceId(task.getWorkspaceId());
    }
}
