package io.forebay.metadata.state;

import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.FailureKind;
import io.forebay.schema.Limits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names in directories, and the way back from an inode to its name. Finding a path reads the back
 * pointers alone, so that it conflicts with renames and not with other changes of the directories.
 */
public final class Names {
    /** No path is deeper: each level costs a call of its own to make. */
    private static final int DEPTH_MAX = 100_000;

    private Names() {}

    public static @Nullable EntryRecord find(
            ReadTransaction tx, long ws, long parent, byte[] name) {
        return Records.find(tx, Keys.entry(ws, parent, name), EntryRecord.parser());
    }

    /** Gives the inode its name. */
    public static void link(Space space, long parent, byte[] name, Inode inode) {
        EntryRecord entry =
                EntryRecord.newBuilder().setIno(inode.ino()).setType(inode.type()).build();
        space.tx().set(Keys.entry(space.id(), parent, name), entry.toByteArray());
        space.tx().set(Keys.backPointer(space.id(), inode.ino(), parent, name), new byte[0]);
    }

    /** Takes the inode's name away. */
    public static void unlink(Space space, long parent, byte[] name, long ino) {
        space.tx().clear(Keys.entry(space.id(), parent, name));
        space.tx().clear(Keys.backPointer(space.id(), ino, parent, name));
    }

    /** Where the inode has its name, or null: the root, and what was removed. */
    public static @Nullable Place place(ReadTransaction tx, long ws, long ino) {
        Tuple.Range range = Keys.backPointers(ws, ino);
        List<KeyValue> found = tx.getRange(range.begin(), range.end(), 1);
        if (found.isEmpty()) {
            return null;
        }
        Tuple key = Tuple.unpack(found.getFirst().key());
        return new Place(key.number(3), key.bytes(4));
    }

    /** The names from the root to the inode, or null where the inode has none. */
    public static @Nullable List<byte[]> path(ReadTransaction tx, long ws, long ino) {
        List<byte[]> names = new ArrayList<>();
        long at = ino;
        while (at != Limits.ROOT_INO) {
            Place place = place(tx, ws, at);
            if (place == null) {
                return null;
            }
            names.add(place.name());
            if (names.size() > DEPTH_MAX) {
                throw new IllegalStateException("the directories form a loop");
            }
            at = place.parent();
        }
        Collections.reverse(names);
        return names;
    }

    /** Whether the inode is the directory, or below it. */
    public static boolean isWithin(ReadTransaction tx, long ws, long ino, long directory) {
        long at = ino;
        for (int depth = 0; depth <= DEPTH_MAX; depth++) {
            if (at == directory) {
                return true;
            }
            Place place = at == Limits.ROOT_INO ? null : place(tx, ws, at);
            if (place == null) {
                return false;
            }
            at = place.parent();
        }
        throw new IllegalStateException("the directories form a loop");
    }

    /** The inode at a path, or null. */
    public static @Nullable Long resolve(ReadTransaction tx, long ws, List<byte[]> path) {
        long at = Limits.ROOT_INO;
        for (byte[] name : path) {
            EntryRecord entry = find(tx, ws, at, name);
            if (entry == null) {
                return null;
            }
            at = entry.getIno();
        }
        return at;
    }

    /** The names of a path; empty ones do not count. */
    public static List<byte[]> split(byte[] path) {
        List<byte[]> names = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= path.length; i++) {
            if (i == path.length || path[i] == '/') {
                if (i > start) {
                    names.add(java.util.Arrays.copyOfRange(path, start, i));
                }
                start = i + 1;
            }
        }
        return names;
    }

    /** Refuses what is no name of a new entry. */
    public static void check(byte[] name) {
        Refusal.when(name.length > Limits.NAME_BYTES_MAX, FailureKind.FAILURE_NAME_TOO_LONG);
        boolean dots =
                name.length == 0
                        || (name[0] == '.'
                                && (name.length == 1 || (name.length == 2 && name[1] == '.')));
        Refusal.when(dots, FailureKind.FAILURE_INVALID);
        for (byte b : name) {
            Refusal.when(b == 0 || b == '/', FailureKind.FAILURE_INVALID);
        }
    }

    /** A name in a directory. */
    public record Place(long parent, byte[] name) {}
}
