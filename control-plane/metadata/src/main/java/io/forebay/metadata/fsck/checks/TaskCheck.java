package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.TaskRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Each task is in its queue, and about a file. */
final class TaskCheck implements Check {
    @Override
    public String letter() {
        return "t";
    }

    @Override
    public String counts() {
        return "tasks";
    }

    @Override
    public List<Problem> look(View view, KeyValue pair) {
        Tuple key = Tuple.unpack(pair.key());
        String queue = key.text(2);
        TaskKind kind = TaskKind.of(key.number(3));
        TaskId task = new TaskId(kind, Objects.requireNonNull(key.items().get(4)));
        TaskRecord record = Records.parse(pair.value(), TaskRecord.parser());
        List<Problem> found = new ArrayList<>();
        String subject = kind + " " + task.id() + " of " + queue;
        if (!view.has(Keys.queued(view.ws(), queue, record.getDueMillis(), task))) {
            found.add(
                    new Problem(
                            FindingCode.TASK_NOT_QUEUED,
                            ino(task),
                            subject,
                            "nobody comes to it",
                            space ->
                                    Queue.put(
                                            space,
                                            queue,
                                            task,
                                            record.toBuilder().setLeased(false).build())));
        } else if (isOfNothing(view, queue, task)) {
            found.add(
                    new Problem(
                            FindingCode.TASK_WITHOUT_FILE,
                            ino(task),
                            subject,
                            "its file is gone, or another worker's",
                            space -> Queue.remove(space, queue, task)));
        }
        return found;
    }

    private static long ino(TaskId task) {
        return task.id() instanceof Long ino ? ino : 0;
    }

    /** Other tasks may be left behind, and are dropped when they are due. */
    private static boolean isOfNothing(View view, String queue, TaskId task) {
        if (task.kind() != TaskKind.UPLOAD && task.kind() != TaskKind.SETTLE) {
            return false;
        }
        InodeRecord inode = view.inode(task.ino());
        boolean linked = inode != null && inode.getAttributes().getNlink() > 0;
        return inode == null
                || !inode.getOwner().equals(queue)
                || (task.kind() == TaskKind.UPLOAD && !linked);
    }
}
