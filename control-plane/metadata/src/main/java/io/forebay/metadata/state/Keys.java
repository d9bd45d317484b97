package io.forebay.metadata.state;

import io.forebay.metadata.kv.Tuple;

/**
 * The keys. Those of a workspace start with its id; what belongs to none starts with 0.
 *
 * <pre>
 * (ws, 'i', ino)                          InodeRecord
 * (ws, 'd', parent, name)                 EntryRecord
 * (ws, 'b', ino, parent, name)            empty: where an inode has its own name
 * (ws, 'm', ino, parent, name)            empty: where it has more names (hard links)
 * (ws, 'l', ino)                          target of a symbolic link
 * (ws, 'x', ino, name)                    value of an extended attribute
 * (ws, 'h', ino, mount)                   OpenRecord
 * (ws, 's', mount, ino)                   empty: what a mount has open
 * (ws, 'k', ino)                          LocksRecord
 * (ws, 'j', mount, ino)                   empty: what a mount has locks on
 * (ws, 'v', mount, owner, ino)            LockWaitRecord
 * (ws, 'c', counter)                      number
 * (ws, 'a', dirtySinceMillis, ino)        empty: what is not in the bucket, oldest first
 * (ws, 'p', object key)                   KeyRecord
 * (ws, 'q', worker, dueMillis, kind, id)  empty: the work of a worker in the order of its time
 * (ws, 't', worker, kind, id)             TaskRecord: the same work by what it is about
 * (ws, 'y', worker, ino)                  empty: what a worker has of a file with copies
 * (ws, 'w', root, directory)              name to go on after: what a walk has to visit yet
 * (ws, 'r', mount, slot)                  RepeatRecord
 * (ws, 'n')                               first inode number that no process took
 * (ws, 'u')                               ImportRecord
 * (ws, 'g')                               ScanRecord
 * (0, 'W', ws), (0, 'N', name)            WorkspaceRecord; the id of a name
 * (0, 'K', worker), (0, 'E', worker)      WorkerRecord; its epoch alone
 * (0, 'V')                                number that grows with each change of a worker
 * (0, 'B', worker)                        number that grows with the worker's work
 * (0, 'M', mount), (0, 'L', mount)        MountRecord; when it was last heard of, in milliseconds
 * (0, 'F', endedMillis, ws, mount)        empty: a mount that ended without a word
 * (0, 'n', 'w' or 'm')                    the last workspace's or mount's id
 * </pre>
 */
public final class Keys {
    private Keys() {}

    public static byte[] inode(long ws, long ino) {
        return Tuple.key(ws, "i", ino);
    }

    public static byte[] entry(long ws, long parent, byte[] name) {
        return Tuple.key(ws, "d", parent, name);
    }

    public static Tuple.Range entries(long ws, long parent) {
        return Tuple.range(ws, "d", parent);
    }

    public static byte[] backPointer(long ws, long ino, long parent, byte[] name) {
        return Tuple.key(ws, "b", ino, parent, name);
    }

    public static Tuple.Range backPointers(long ws, long ino) {
        return Tuple.range(ws, "b", ino);
    }

    public static byte[] moreNames(long ws, long ino, long parent, byte[] name) {
        return Tuple.key(ws, "m", ino, parent, name);
    }

    public static Tuple.Range moreNames(long ws, long ino) {
        return Tuple.range(ws, "m", ino);
    }

    public static byte[] xattr(long ws, long ino, byte[] name) {
        return Tuple.key(ws, "x", ino, name);
    }

    public static Tuple.Range xattrs(long ws, long ino) {
        return Tuple.range(ws, "x", ino);
    }

    public static byte[] link(long ws, long ino) {
        return Tuple.key(ws, "l", ino);
    }

    public static byte[] handle(long ws, long ino, long mount) {
        return Tuple.key(ws, "h", ino, mount);
    }

    public static Tuple.Range handles(long ws, long ino) {
        return Tuple.range(ws, "h", ino);
    }

    public static byte[] held(long ws, long mount, long ino) {
        return Tuple.key(ws, "s", mount, ino);
    }

    public static Tuple.Range heldBy(long ws, long mount) {
        return Tuple.range(ws, "s", mount);
    }

    public static byte[] locks(long ws, long ino) {
        return Tuple.key(ws, "k", ino);
    }

    public static byte[] locked(long ws, long mount, long ino) {
        return Tuple.key(ws, "j", mount, ino);
    }

    public static Tuple.Range lockedBy(long ws, long mount) {
        return Tuple.range(ws, "j", mount);
    }

    public static byte[] lockWait(long ws, long mount, long owner, long ino) {
        return Tuple.key(ws, "v", mount, owner, ino);
    }

    public static Tuple.Range lockWaits(long ws, long mount, long owner) {
        return Tuple.range(ws, "v", mount, owner);
    }

    public static Tuple.Range lockWaits(long ws, long mount) {
        return Tuple.range(ws, "v", mount);
    }

    public static byte[] counter(long ws, Counter counter) {
        return Tuple.key(ws, "c", counter.code());
    }

    public static byte[] dirty(long ws, long sinceMillis, long ino) {
        return Tuple.key(ws, "a", sinceMillis, ino);
    }

    public static Tuple.Range allDirty(long ws) {
        return Tuple.range(ws, "a");
    }

    public static byte[] object(long ws, String key) {
        return Tuple.key(ws, "p", key);
    }

    public static byte[] queued(long ws, String worker, long dueMillis, TaskId task) {
        return Tuple.key(ws, "q", worker, dueMillis, task.kind().code(), task.id());
    }

    static Tuple.Range queue(long ws, String worker) {
        return Tuple.range(ws, "q", worker);
    }

    static byte[] dueAfter(long ws, String worker, long millis) {
        return Tuple.key(ws, "q", worker, millis + 1);
    }

    public static byte[] task(long ws, String worker, TaskId task) {
        return Tuple.key(ws, "t", worker, task.kind().code(), task.id());
    }

    public static byte[] copied(long ws, String worker, long ino) {
        return Tuple.key(ws, "y", worker, ino);
    }

    public static Tuple.Range copied(long ws, String worker) {
        return Tuple.range(ws, "y", worker);
    }

    public static byte[] walk(long ws, long root, long directory) {
        return Tuple.key(ws, "w", root, directory);
    }

    public static Tuple.Range walk(long ws, long root) {
        return Tuple.range(ws, "w", root);
    }

    public static Tuple.Range walks(long ws) {
        return Tuple.range(ws, "w");
    }

    static byte[] repeat(long ws, long mount, int slot) {
        return Tuple.key(ws, "r", mount, slot);
    }

    public static Tuple.Range repeats(long ws, long mount) {
        return Tuple.range(ws, "r", mount);
    }

    public static byte[] nextInode(long ws) {
        return Tuple.key(ws, "n");
    }

    public static byte[] lastImport(long ws) {
        return Tuple.key(ws, "u");
    }

    public static byte[] scan(long ws) {
        return Tuple.key(ws, "g");
    }

    public static Tuple.Range objects(long ws) {
        return Tuple.range(ws, "p");
    }

    /** All keys of one kind, by its letter. */
    public static Tuple.Range kind(long ws, String letter) {
        return Tuple.range(ws, letter);
    }

    /** Everything of a workspace. */
    public static Tuple.Range everything(long ws) {
        return Tuple.range(ws);
    }

    public static byte[] workspace(long ws) {
        return Tuple.key(0L, "W", ws);
    }

    public static Tuple.Range workspaces() {
        return Tuple.range(0L, "W");
    }

    public static byte[] workspaceName(String name) {
        return Tuple.key(0L, "N", name);
    }

    public static byte[] worker(String id) {
        return Tuple.key(0L, "K", id);
    }

    public static Tuple.Range workers() {
        return Tuple.range(0L, "K");
    }

    static byte[] workersVersion() {
        return Tuple.key(0L, "V");
    }

    public static byte[] epoch(String worker) {
        return Tuple.key(0L, "E", worker);
    }

    public static byte[] bell(String worker) {
        return Tuple.key(0L, "B", worker);
    }

    public static byte[] mount(long id) {
        return Tuple.key(0L, "M", id);
    }

    public static Tuple.Range mounts() {
        return Tuple.range(0L, "M");
    }

    public static byte[] mountSeen(long id) {
        return Tuple.key(0L, "L", id);
    }

    public static byte[] formerMount(long endedMillis, long ws, long mount) {
        return Tuple.key(0L, "F", endedMillis, ws, mount);
    }

    public static Tuple.Range formerMounts() {
        return Tuple.range(0L, "F");
    }

    public static byte[] lastWorkspace() {
        return Tuple.key(0L, "n", "w");
    }

    public static byte[] lastMount() {
        return Tuple.key(0L, "n", "m");
    }
}
