package io.forebay.metadata.state;

/**
 * What a task is about; a worker has one of each at most.
 *
 * @param id the object key of a removal, else an inode number as a Long
 */
public record TaskId(TaskKind kind, Object id) {
    public static TaskId of(TaskKind kind, long ino) {
        return new TaskId(kind, ino);
    }

    public static TaskId removal(String key) {
        return new TaskId(TaskKind.REMOVE_OBJECT, key);
    }

    public long ino() {
        return (Long) id;
    }

    public String key() {
        return (String) id;
    }
}
