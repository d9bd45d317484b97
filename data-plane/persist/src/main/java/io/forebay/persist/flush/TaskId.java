package io.forebay.persist.flush;

import io.forebay.proto.Task;

/**
 * What makes two tasks the same work: one that is handed out again while it runs is not run twice.
 */
record TaskId(long workspaceId, Task.WorkCase work, String key, long ino, long generation) {
    static TaskId of(Task task) {
        long workspace = task.getWorkspaceId();
        Task.WorkCase work = task.getWorkCase();
        return switch (work) {
            case UPLOAD ->
                    new TaskId(
                            workspace,
                            work,
                            task.getUpload().getKey(),
                            task.getUpload().getIno(),
                            task.getUpload().getGeneration());
            case REMOVE_OBJECT ->
                    new TaskId(workspace, work, task.getRemoveObject().getKey(), 0, 0);
            case DROP_STAGED -> new TaskId(workspace, work, "", task.getDropStaged().getIno(), 0);
            case EVICT -> new TaskId(workspace, work, "", task.getEvict().getIno(), 0);
            case SETTLE -> new TaskId(workspace, work, "", task.getSettle().getIno(), 0);
            case IMPORT -> new TaskId(workspace, work, task.getImport().getAfter(), 0, 0);
            case DROP_COPY -> new TaskId(workspace, work, "", task.getDropCopy().getIno(), 0);
            case CHECK -> new TaskId(workspace, work, "", task.getCheck().getQuestion(), 0);
            case PROBE, COPY, WORK_NOT_SET -> new TaskId(workspace, work, "", 0, 0);
        };
    }
}
