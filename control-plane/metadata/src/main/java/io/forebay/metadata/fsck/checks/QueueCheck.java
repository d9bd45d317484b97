package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.proto.TaskRecord;
import java.util.List;
import java.util.Objects;

/** Each entry of a queue is one of a task that is due then. */
final class QueueCheck implements Check {
    @Override
    public String letter() {
        return "q";
    }

    @Override
    public List<Problem> look(View view, KeyValue pair) {
        Tuple key = Tuple.unpack(pair.key());
        String queue = key.text(2);
        long due = key.number(3);
        TaskKind kind = TaskKind.of(key.number(4));
        TaskId task = new TaskId(kind, Objects.requireNonNull(key.items().get(5)));
        TaskRecord record = view.task(queue, task);
        if (record != null && record.getDueMillis() == due) {
            return List.of();
        }
        return List.of(
                new Problem(
                        FindingCode.QUEUE_ENTRY_DANGLING,
                        task.id() instanceof Long ino ? ino : 0,
                        kind + " " + task.id() + " of " + queue,
                        record == null
                                ? "there is no such task"
                                : "the task is due at another time",
                        space -> space.tx().clear(pair.key())));
    }
}
