package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.TaskId;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.NodeType;
import io.forebay.proto.TaskRecord;
import io.forebay.proto.WorkerRecord;
import io.forebay.schema.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One moment of a workspace. */
final class View {
    private static final int WALKS_MAX = 1_000;

    private final ReadTransaction tx;
    private final long ws;
    private final long nowMillis;
    private @Nullable List<WorkerRecord> workers;
    private @Nullable List<Long> walks;

    View(ReadTransaction tx, long ws, long nowMillis) {
        this.tx = tx;
        this.ws = ws;
        this.nowMillis = nowMillis;
    }

    ReadTransaction tx() {
        return tx;
    }

    long ws() {
        return ws;
    }

    long nowMillis() {
        return nowMillis;
    }

    boolean has(byte[] key) {
        return tx.get(key) != null;
    }

    List<KeyValue> first(Tuple.Range range, int limit) {
        return tx.getRange(range.begin(), range.end(), limit);
    }

    boolean any(Tuple.Range range) {
        return !first(range, 1).isEmpty();
    }

    @Nullable InodeRecord inode(long ino) {
        return Inode.read(tx, ws, ino);
    }

    KeyRecord key(String key) {
        KeyRecord found = Records.find(tx, Keys.object(ws, key), KeyRecord.parser());
        return found == null ? KeyRecord.getDefaultInstance() : found;
    }

    @Nullable TaskRecord task(String queue, TaskId task) {
        return Records.find(tx, Keys.task(ws, queue, task), TaskRecord.parser());
    }

    List<WorkerRecord> workers() {
        List<WorkerRecord> known = workers;
        if (known == null) {
            known = Registry.workers(tx);
            workers = known;
        }
        return known;
    }

    boolean knowsWorker(String id) {
        return workers().stream().anyMatch(worker -> worker.getId().equals(id));
    }

    /** The names from the root on; null where there are none, or the directories form a loop. */
    @Nullable List<byte[]> path(long ino) {
        List<byte[]> names = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        long at = ino;
        while (at != Limits.ROOT_INO) {
            Names.Place place = seen.add(at) ? Names.place(tx, ws, at) : null;
            if (place == null) {
                return null;
            }
            names.add(place.name());
            at = place.parent();
        }
        Collections.reverse(names);
        return names;
    }

    /** Whether the inode is above itself. */
    boolean isInLoop(long ino) {
        Set<Long> seen = new HashSet<>();
        Names.Place place = Names.place(tx, ws, ino);
        while (place != null && place.parent() != ino && seen.add(place.parent())) {
            place = Names.place(tx, ws, place.parent());
        }
        return place != null && place.parent() == ino;
    }

    /** For people; null where there is no path. */
    @Nullable String pathText(long ino) {
        List<byte[]> names = ino == 0 ? null : path(ino);
        return names == null
                ? null
                : names.stream()
                        .map(name -> new String(name, StandardCharsets.UTF_8))
                        .collect(Collectors.joining("/", "/", ""));
    }

    /** Whether a renamed directory above the file is still being walked through. */
    boolean isBeingWalked(long ino) {
        for (long root : walkRoots()) {
            if (isWithin(ino, root)) {
                return true;
            }
        }
        return false;
    }

    private boolean isWithin(long ino, long directory) {
        Set<Long> seen = new HashSet<>();
        long at = ino;
        while (at != directory) {
            Names.Place place =
                    at == Limits.ROOT_INO || !seen.add(at) ? null : Names.place(tx, ws, at);
            if (place == null) {
                return false;
            }
            at = place.parent();
        }
        return true;
    }

    private List<Long> walkRoots() {
        List<Long> known = walks;
        if (known == null) {
            known = new ArrayList<>();
            Tuple.Range range = Keys.walks(ws);
            byte[] begin = range.begin();
            while (known.size() < WALKS_MAX) {
                List<KeyValue> next = tx.getRange(begin, range.end(), 1);
                if (next.isEmpty()) {
                    break;
                }
                long root = Tuple.unpack(next.getFirst().key()).number(2);
                known.add(root);
                begin = Keys.walk(ws, root).end();
            }
            walks = known;
        }
        return known;
    }

    static boolean isDirectory(InodeRecord inode) {
        return inode.getAttributes().getType() == NodeType.NODE_TYPE_DIRECTORY;
    }

    /** As {@link Inode#hasKey}. */
    static boolean hasKey(InodeRecord inode) {
        return !isDirectory(inode) && !inode.getOwner().isEmpty();
    }
}
