package io.forebay.persist.flush;

import io.forebay.persist.ObjectMetadata;
import io.forebay.persist.ObjectRef;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.Task;
import io.forebay.proto.UploadTask;
import java.util.Map;

/**
 * An upload task, and what follows from it.
 *
 * @param number of this try
 */
record Upload(Task task, UploadTask work, long number) {
    static Upload of(Task task, long number) {
        return new Upload(task, task.getUpload(), number);
    }

    ObjectRef target() {
        return ObjectRef.of(task.getLocation(), work.getKey());
    }

    ObjectRef copySource() {
        return ObjectRef.of(task.getLocation(), work.getCopyFrom().getKey());
    }

    Map<String, String> metadata() {
        return new ObjectMetadata(
                        work.getMode(),
                        work.getUid(),
                        work.getGid(),
                        work.getMtimeNanos(),
                        work.getIno(),
                        work.getGeneration())
                .toMap(work.getType(), work.getRdev());
    }

    /** Whether an object with this metadata is what this task wants. */
    boolean isOurs(Map<String, String> metadata) {
        return ObjectMetadata.names(metadata, work.getIno(), work.getGeneration());
    }

    /** Whether it may be written meanwhile. */
    boolean ofOpenFile() {
        return work.getStagedCtimeNanos() != 0;
    }

    /** Whether the staged file still is what was to be sent, as far as that is known. */
    boolean isOf(StagedFile.Stamp stamp) {
        return !ofOpenFile() || stamp.modifiedNanos() == work.getStagedCtimeNanos();
    }

    PublishIntent intent(String uploadId) {
        return PublishIntent.newBuilder()
                .setWorkspaceId(task.getWorkspaceId())
                .setIno(work.getIno())
                .setGeneration(work.getGeneration())
                .setKey(work.getKey())
                .setUploadId(uploadId)
                .setTry(number)
                .build();
    }
}
