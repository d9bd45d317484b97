package io.forebay.metadata.state;

import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.proto.TaskRecord;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The work of the workers, one entry for each thing to do, ordered by when it is due. */
public final class Queue {
    private Queue() {}

    /** Sets the work, in place of what was there for the same thing, and rings the bell. */
    public static void put(Space space, String worker, TaskId task, TaskRecord record) {
        move(space, worker, task, record);
        space.tx().add(Keys.bell(worker), 1);
    }

    /** As {@link #put}, due at a time and not tried yet. */
    public static void put(Space space, String worker, TaskId task, long dueMillis) {
        put(space, worker, task, TaskRecord.newBuilder().setDueMillis(dueMillis).build());
    }

    /** As {@link #put}, without the bell: nobody needs to look earlier. */
    public static void move(Space space, String worker, TaskId task, TaskRecord record) {
        remove(space, worker, task);
        space.tx().set(Keys.task(space.id(), worker, task), record.toByteArray());
        space.tx().set(Keys.queued(space.id(), worker, record.getDueMillis(), task), new byte[0]);
    }

    public static void remove(Space space, String worker, TaskId task) {
        TaskRecord old = find(space, worker, task);
        if (old != null) {
            space.tx().clear(Keys.queued(space.id(), worker, old.getDueMillis(), task));
            space.tx().clear(Keys.task(space.id(), worker, task));
        }
    }

    public static @Nullable TaskRecord find(Space space, String worker, TaskId task) {
        return Records.find(space.tx(), Keys.task(space.id(), worker, task), TaskRecord.parser());
    }

    /** What is due, oldest first. */
    public static List<TaskId> due(Space space, String worker, int limit) {
        byte[] begin = Keys.queue(space.id(), worker).begin();
        byte[] end = Keys.dueAfter(space.id(), worker, space.nowMillis());
        return space.tx().getRange(begin, end, limit).stream().map(Queue::task).toList();
    }

    /** A page of all work, in the order of its time, behind a position; empty: from the start. */
    public static List<Queued> page(
            ReadTransaction tx, long ws, String worker, byte[] after, int limit) {
        Tuple.Range range = Keys.queue(ws, worker);
        byte[] begin = after.length == 0 ? range.begin() : Tuple.after(after);
        return tx.getRange(begin, range.end(), limit).stream()
                .map(pair -> new Queued(pair.key(), task(pair)))
                .toList();
    }

    /** When the first work is due, in milliseconds, or null where there is none. */
    public static @Nullable Long firstDue(ReadTransaction tx, long ws, String worker) {
        Tuple.Range range = Keys.queue(ws, worker);
        List<KeyValue> first = tx.getRange(range.begin(), range.end(), 1);
        return first.isEmpty() ? null : Tuple.unpack(first.getFirst().key()).number(3);
    }

    private static TaskId task(KeyValue pair) {
        Tuple key = Tuple.unpack(pair.key());
        return new TaskId(TaskKind.of(key.number(4)), Objects.requireNonNull(key.items().get(5)));
    }

    /** An entry and where it stands. */
    public record Queued(byte[] position, TaskId task) {}
}
