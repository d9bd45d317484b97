package io.forebay.metadata.flush;

import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Look;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Counter;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.TaskRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Waits for what was closed before a moment to be in the bucket. Reads page by page: what moves
 * between two pages may be counted twice or not at all, except that {@link Pending#settled} is said
 * only of a count that found nothing.
 */
public final class Barrier {
    private static final int PAGE = 500;
    private static final int FAILURES_MAX = 10;

    /** Looking costs a look at each pending file: many of them are looked at less often. */
    private static final long FILES_PER_PAUSE_MILLI = 10;

    private static final long PAUSE_MILLIS_MAX = 1000;

    private final Database database;

    public Barrier(Database database) {
        this.database = database;
    }

    /**
     * What is not in the bucket at or below a path, of what was closed by {@code barrierMillis}.
     *
     * @param path components joined by '/', without a leading one needed; empty: the whole
     *     workspace
     */
    public Pending pending(long workspaceId, byte[] path, long barrierMillis) {
        List<byte[]> names = Names.split(path);
        Count count = new Count(barrierMillis);
        if (database.read(tx -> walking(tx, workspaceId, names))) {
            count.files++;
        }
        byte[] after = new byte[0];
        do {
            byte[] from = after;
            Page page = database.read(tx -> read(tx, workspaceId, names, from));
            page.files().forEach(count::add);
            after = page.next();
        } while (after.length > 0);
        return new Pending(
                count.files,
                count.bytes,
                count.closing,
                count.conflicts,
                List.copyOf(count.failures));
    }

    /** Makes the queued and failed work at or below a path due now. */
    public void expedite(long workspaceId, byte[] path) {
        List<byte[]> names = Names.split(path);
        byte[] after = new byte[0];
        do {
            byte[] from = after;
            after =
                    database.change(
                            workspaceId,
                            space -> {
                                Page page = read(space.tx().snapshot(), workspaceId, names, from);
                                page.files().forEach(file -> expedite(space, file.ino()));
                                return page.next();
                            });
        } while (after.length > 0);
    }

    /**
     * As {@link #pending}, once nothing is pending, or nothing can go on without a person, or the
     * time is over. What is queued is made due, also where the release comes meanwhile.
     */
    public Pending await(long workspaceId, byte[] path, long barrierMillis, long timeoutMillis)
            throws InterruptedException {
        AtomicBoolean mayBeLate = new AtomicBoolean(true);
        return database.await(
                Keys.counter(workspaceId, Counter.DIRTY_FILES),
                database.nowMillis() + timeoutMillis,
                () -> {
                    Pending now = pending(workspaceId, path, barrierMillis);
                    boolean closing = now.closing() > 0;
                    if (mayBeLate.getAndSet(closing) || closing) {
                        expedite(workspaceId, path);
                    }
                    long pause = Math.min(now.files() / FILES_PER_PAUSE_MILLI, PAUSE_MILLIS_MAX);
                    return new Look<>(now, now.settled() || now.stuck(), pause, Long.MAX_VALUE);
                });
    }

    private static void expedite(Space space, long ino) {
        Inode inode = Objects.requireNonNull(space.find(ino));
        TaskId task = TaskId.of(TaskKind.UPLOAD, ino);
        TaskRecord record = Queue.find(space, inode.owner(), task);
        if (record != null && !record.getLeased() && record.getDueMillis() > space.nowMillis()) {
            TaskRecord.Builder now = record.toBuilder().setDueMillis(space.nowMillis());
            Queue.put(space, inode.owner(), task, now.build());
        }
    }

    private static boolean walking(ReadTransaction tx, long ws, List<byte[]> names) {
        Long target = Names.resolve(tx, ws, names);
        return target != null
                && Rekey.roots(tx, ws).stream()
                        .anyMatch(root ->
                                Names.isWithin(tx, ws, root, target)
                                        || Names.isWithin(tx, ws, target, root));
    }

    private static Page read(ReadTransaction tx, long ws, List<byte[]> names, byte[] from) {
        Long target = Names.resolve(tx, ws, names);
        if (target == null) {
            return new Page(List.of(), new byte[0]);
        }
        Tuple.Range range = Keys.allDirty(ws);
        byte[] begin = from.length == 0 ? range.begin() : Tuple.after(from);
        List<KeyValue> pairs = tx.getRange(begin, range.end(), PAGE);
        List<Dirty> files = new ArrayList<>();
        for (KeyValue pair : pairs) {
            long ino = Tuple.unpack(pair.key()).number(3);
            InodeRecord record = Inode.read(tx, ws, ino);
            if (record != null && isBelow(tx, ws, record, target)) {
                files.add(new Dirty(ino, record, path(tx, ws, ino, record)));
            }
        }
        return new Page(files, pairs.size() < PAGE ? new byte[0] : pairs.getLast().key());
    }

    /** By any of its names: all of them wait for the one object. */
    private static boolean isBelow(ReadTransaction tx, long ws, InodeRecord record, long target) {
        long ino = record.getAttributes().getIno();
        return Names.isWithin(tx, ws, ino, target)
                || (record.getAttributes().getNlink() > 1
                        && Names.parents(tx, ws, ino).stream()
                                .anyMatch(parent -> Names.isWithin(tx, ws, parent, target)));
    }

    private static String path(ReadTransaction tx, long ws, long ino, InodeRecord record) {
        if (record.getFlush().getError().isEmpty()) {
            return "";
        }
        List<byte[]> names = Objects.requireNonNullElse(Names.path(tx, ws, ino), List.of());
        List<String> texts = new ArrayList<>();
        names.forEach(name -> texts.add(new String(name, StandardCharsets.UTF_8)));
        return String.join("/", texts);
    }

    /**
     * Files that are not in the bucket yet; ten failures at most.
     *
     * @param closing of the files, those whose close was told but not their release
     */
    public record Pending(
            long files, long bytes, long closing, long conflicts, List<Failure> failures) {
        public boolean settled() {
            return files == 0;
        }

        /** Whether nothing that is pending can go on without a person. */
        public boolean stuck() {
            return conflicts == files;
        }
    }

    /** A file that cannot go on by itself, or whose last try failed. */
    public record Failure(String path, FlushState state, String error) {}

    private record Dirty(long ino, InodeRecord record, String path) {}

    private record Page(List<Dirty> files, byte[] next) {}

    private static final class Count {
        private final long barrierMillis;
        private long files;
        private long bytes;
        private long closing;
        private long conflicts;
        private final List<Failure> failures = new ArrayList<>();

        Count(long barrierMillis) {
            this.barrierMillis = barrierMillis;
        }

        void add(Dirty file) {
            long closed = file.record().getFlush().getClosedSinceMillis();
            if (closed == 0 || closed > barrierMillis) {
                return;
            }
            files++;
            bytes += file.record().getAttributes().getSize();
            String error = file.record().getFlush().getError();
            FlushState state = file.record().getAttributes().getFlushState();
            closing += state == FlushState.FLUSH_STATE_OPEN ? 1 : 0;
            conflicts += state == FlushState.FLUSH_STATE_CONFLICT ? 1 : 0;
            if (!error.isEmpty() && failures.size() < FAILURES_MAX) {
                failures.add(new Failure(file.path(), state, error));
            }
        }
    }
}
