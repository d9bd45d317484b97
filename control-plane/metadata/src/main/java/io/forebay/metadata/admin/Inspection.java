package io.forebay.metadata.admin;

import io.forebay.metadata.flush.Policy;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.proto.Attributes;
import io.forebay.proto.CopiesRecord;
import io.forebay.proto.CopyRecord;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.FlushRecord;
import io.forebay.proto.FlushState;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.NodeType;
import io.forebay.proto.ObjectRecord;
import io.forebay.proto.WorkerRecord;
import io.forebay.proto.WorkspaceRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Files by their path. */
public final class Inspection {
    private static final int PAGE = 200;

    /** Directories of one eviction that wait for their turn. */
    private static final int DIRECTORIES_MAX = 1_000_000;

    private final Database database;

    public Inspection(Database database) {
        this.database = database;
    }

    /** What is at the path; symbolic links are not followed. */
    public Optional<FileView> inspect(long workspaceId, byte[] path) {
        List<byte[]> names = Names.split(path);
        return database.find(tx -> view(tx, workspaceId, names));
    }

    /** Queues the eviction of the clean local copies at or below the path; how many. */
    public long evict(long workspaceId, byte[] path) {
        List<byte[]> names = Names.split(path);
        long top = database.find(tx -> Names.resolve(tx, workspaceId, names)).orElse(0L);
        if (top == 0) {
            return 0;
        }
        ArrayDeque<Long> directories = new ArrayDeque<>();
        long queued = database.change(workspaceId, space -> one(space, top)) ? 1 : 0;
        directories.add(top);
        while (!directories.isEmpty()) {
            queued += directory(workspaceId, directories.remove(), directories);
            if (directories.size() > DIRECTORIES_MAX) {
                throw new IllegalStateException("too many directories to evict at once");
            }
        }
        return queued;
    }

    private long directory(long ws, long directory, ArrayDeque<Long> directories) {
        Tuple.Range range = Keys.entries(ws, directory);
        byte[] begin = range.begin();
        long queued = 0;
        List<KeyValue> page;
        do {
            byte[] from = begin;
            page = database.read(tx -> tx.getRange(from, range.end(), PAGE));
            List<KeyValue> entries = page;
            queued += database.change(ws, space -> files(space, entries));
            for (KeyValue pair : page) {
                EntryRecord entry = Records.parse(pair.value(), EntryRecord.parser());
                if (entry.getType() == NodeType.NODE_TYPE_DIRECTORY) {
                    directories.add(entry.getIno());
                }
                begin = Tuple.after(pair.key());
            }
        } while (page.size() == PAGE);
        return queued;
    }

    private static long files(Space space, List<KeyValue> entries) {
        return entries.stream()
                .map(pair -> Records.parse(pair.value(), EntryRecord.parser()))
                .filter(entry -> entry.getType() == NodeType.NODE_TYPE_FILE)
                .filter(entry -> one(space, entry.getIno()))
                .count();
    }

    private static boolean one(Space space, long ino) {
        Inode inode = space.find(ino);
        if (inode == null
                || !inode.regular()
                || inode.state() != FlushState.FLUSH_STATE_CLEAN
                || !(inode.record().getStaged() || inode.record().getMaybeStaged())) {
            return false;
        }
        TaskId task = TaskId.of(TaskKind.EVICT, ino);
        Queue.put(space, inode.owner(), task, space.nowMillis());
        return true;
    }

    private @Nullable FileView view(ReadTransaction tx, long ws, List<byte[]> names) {
        Long ino = Names.resolve(tx, ws, names);
        InodeRecord inode = ino == null ? null : Inode.read(tx, ws, ino);
        WorkspaceRecord workspace = Registry.workspace(tx, ws);
        if (inode == null || workspace == null) {
            return null;
        }
        List<String> texts =
                names.stream().map(name -> new String(name, StandardCharsets.UTF_8)).toList();
        FlushRecord flush = inode.getFlush();
        long retry = flush.getNextRetryMillis();
        boolean object = inode.hasObject();
        boolean inConflict =
                inode.getAttributes().getFlushState() == FlushState.FLUSH_STATE_CONFLICT;
        Attributes shown = shown(tx, ws, inode);
        return new FileView(
                texts.stream().collect(Collectors.joining("/")),
                texts.isEmpty() ? "" : texts.getLast(),
                shown,
                Policy.of(workspace, names).mode(),
                error(inode),
                retry == 0 ? null : Instant.ofEpochMilli(retry),
                flush.getAttempt(),
                object ? object(workspace.getLocation().getPrefix(), inode.getObject()) : null,
                inode.getOwner().isEmpty() ? null : inode.getOwner(),
                inode.getStaged() || inode.getMaybeStaged(),
                replicas(inode.getCopies()),
                isUnavailable(tx, inode),
                inConflict ? flush.getConflict().getSeen() : null);
    }

    private static @Nullable String error(InodeRecord inode) {
        String flush = inode.getFlush().getError();
        String copies = inode.getCopies().getError();
        return flush.isEmpty() ? (copies.isEmpty() ? null : copies) : flush;
    }

    private static List<String> replicas(CopiesRecord copies) {
        return copies.getCopiesList().stream()
                .filter(copy -> copy.getThere() > 0 && copy.getThere() >= copies.getThere())
                .map(CopyRecord::getWorker)
                .toList();
    }

    /** Until its owner is back, or one that has a copy takes its place. */
    private boolean isUnavailable(ReadTransaction tx, InodeRecord inode) {
        FlushState state = inode.getAttributes().getFlushState();
        if (state == FlushState.FLUSH_STATE_UNSPECIFIED
                || state == FlushState.FLUSH_STATE_CLEAN
                || !inode.getStaged()) {
            return false;
        }
        WorkerRecord owner = Registry.worker(tx, inode.getOwner());
        return owner == null || !Registry.healthy(owner, database.nowMillis());
    }

    private static FileView.StoredObject object(String prefix, ObjectRecord object) {
        return new FileView.StoredObject(
                prefix + object.getKey(),
                object.getEtag(),
                object.getGeneration(),
                object.getChecksum());
    }

    /** Below a directory that was renamed just now a record may say CLEAN for the old key. */
    private static Attributes shown(ReadTransaction tx, long ws, InodeRecord inode) {
        Attributes attributes = inode.getAttributes();
        List<byte[]> own = Names.path(tx, ws, attributes.getIno());
        boolean elsewhere =
                attributes.getFlushState() == FlushState.FLUSH_STATE_CLEAN
                        && (own == null || !inode.getObject().getKey().equals(ObjectKeys.of(own)));
        return elsewhere
                ? attributes.toBuilder().setFlushState(FlushState.FLUSH_STATE_QUEUED).build()
                : attributes;
    }
}
