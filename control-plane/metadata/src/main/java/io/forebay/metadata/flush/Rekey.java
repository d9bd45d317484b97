package io.forebay.metadata.flush;

import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.NodeType;
import io.forebay.proto.WorkspaceRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * After a rename of a directory, visits the files below it, which need other keys. What is to be
 * visited stands in the store: directories of a walk, each with the name to go on after.
 */
public final class Rekey {
    /** Files of one transaction: each costs some ten reads and writes. */
    private static final int PAGE = 100;

    private static final int WALKS_MAX = 1_000;

    private final Database database;

    public Rekey(Database database) {
        this.database = database;
    }

    /** Starts, or starts again, the walk through a directory that got another path. */
    public static void start(Space space, long directory) {
        Tuple.Range walk = Keys.walk(space.id(), directory);
        space.tx().clearRange(walk.begin(), walk.end());
        space.tx()
                .set(
                        Keys.walk(space.id(), directory, directory),
                        new Position(space.nowMillis(), new byte[0]).pack());
    }

    /** One page of each workspace's walks; whether there is more to do. */
    public boolean step() {
        boolean more = false;
        for (WorkspaceRecord workspace : database.read(Registry::workspaces)) {
            long ws = workspace.getId();
            Tuple.Range range = Keys.walks(ws);
            boolean any =
                    !database.read(tx -> tx.getRange(range.begin(), range.end(), 1)).isEmpty();
            more |= any && database.change(ws, Rekey::step);
        }
        return more;
    }

    /** The directories whose walks are not over. */
    static List<Long> roots(ReadTransaction tx, long ws) {
        List<Long> roots = new ArrayList<>();
        Tuple.Range range = Keys.walks(ws);
        byte[] begin = range.begin();
        while (roots.size() < WALKS_MAX) {
            List<KeyValue> next = tx.getRange(begin, range.end(), 1);
            if (next.isEmpty()) {
                break;
            }
            long root = Tuple.unpack(next.getFirst().key()).number(2);
            roots.add(root);
            begin = Keys.walk(ws, root).end();
        }
        return roots;
    }

    private static boolean step(Space space) {
        Tuple.Range range = Keys.walks(space.id());
        List<KeyValue> first = space.tx().getRange(range.begin(), range.end(), 1);
        if (first.isEmpty()) {
            return false;
        }
        KeyValue at = first.getFirst();
        Tuple key = Tuple.unpack(at.key());
        long root = key.number(2);
        long directory = key.number(3);
        List<byte[]> path = Names.path(space.tx(), space.id(), directory);
        Position position = Position.unpack(at.value());
        byte[] last = position.after();
        List<KeyValue> page = path == null ? List.of() : page(space, directory, last);
        for (KeyValue pair : page) {
            last = Tuple.unpack(pair.key()).bytes(3);
            EntryRecord entry = Records.parse(pair.value(), EntryRecord.parser());
            if (entry.getType() == NodeType.NODE_TYPE_DIRECTORY) {
                space.tx()
                        .set(
                                Keys.walk(space.id(), root, entry.getIno()),
                                position.behind(new byte[0]).pack());
            } else if (path != null) {
                List<byte[]> names = new ArrayList<>(path);
                names.add(last);
                visit(space, ObjectKeys.of(names), entry.getIno(), position.sinceMillis());
            }
        }
        if (page.size() < PAGE) {
            space.tx().clear(at.key());
        } else {
            space.tx().set(at.key(), position.behind(last).pack());
        }
        return true;
    }

    private static List<KeyValue> page(Space space, long directory, byte[] after) {
        Tuple.Range entries = Keys.entries(space.id(), directory);
        byte[] begin =
                after.length == 0
                        ? entries.begin()
                        : Tuple.after(Keys.entry(space.id(), directory, after));
        return space.tx().getRange(begin, entries.end(), PAGE);
    }

    private static void visit(Space space, String key, long ino, long sinceMillis) {
        Inode inode = space.find(ino);
        if (inode != null && inode.hasKey() && Removals.isItsOwn(space, inode, key)) {
            boolean dirty = inode.flush().getDirtySinceMillis() != 0;
            Flow.relocated(space, inode, key);
            Copying.revise(space, inode);
            if (!dirty && inode.flush().getDirtySinceMillis() != 0) {
                inode.flush().setClosedSinceMillis(sinceMillis);
            }
        }
    }

    /**
     * Where a walk stands in a directory.
     *
     * @param sinceMillis when the directory was renamed: a barrier after it waits for the files
     * @param after the last name that was visited; empty at the start
     */
    private record Position(long sinceMillis, byte[] after) {
        byte[] pack() {
            return Tuple.key(sinceMillis, after);
        }

        static Position unpack(byte[] packed) {
            Tuple tuple = Tuple.unpack(packed);
            return new Position(tuple.number(0), tuple.bytes(1));
        }

        Position behind(byte[] name) {
            return new Position(sinceMillis, name);
        }
    }
}
