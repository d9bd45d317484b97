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
 *
 * <p>Of an inode with hard links one name is its own: the first that it got, as long as it has it,
 * then the first of the others in the order of directory and name. Paths and object keys go by it.
 */
public final class Names {
    /** No path is deeper: each level costs a call of its own to make. */
    private static final int DEPTH_MAX = 100_000;

    private Names() {}

    public static @Nullable EntryRecord find(
            ReadTransaction tx, long ws, long parent, byte[] name) {
        return Records.find(tx, Keys.entry(ws, parent, name), EntryRecord.parser());
    }

    /** Gives the inode a name, which its nlink counts already: its own, or one more. */
    public static void link(Space space, long parent, byte[] name, Inode inode) {
        enter(space, parent, name, inode);
        Place place = new Place(parent, name);
        space.tx().set(back(space, inode.ino(), place, !hasMore(inode)), new byte[0]);
    }

    /**
     * Takes a name away, which its nlink still counts. Where it was the inode's own, one of the
     * others takes its part.
     */
    public static void unlink(Space space, long parent, byte[] name, Inode inode) {
        Place place = new Place(parent, name);
        boolean own = isOwn(space, inode, place);
        space.tx().clear(Keys.entry(space.id(), parent, name));
        space.changedName(parent, name, inode.ino());
        space.tx().clear(back(space, inode.ino(), place, own));
        if (own && hasMore(inode)) {
            promote(space, inode.ino());
        }
    }

    /** Another name instead of one: an inode's own one stays its own. */
    public static void move(Space space, Place from, Place to, Inode inode) {
        space.tx().clear(Keys.entry(space.id(), from.parent(), from.name()));
        space.changedName(from.parent(), from.name(), 0);
        enter(space, to.parent(), to.name(), inode);
        repoint(space, from, to, inode);
    }

    /** The two names change their inodes. */
    public static void exchange(Space space, Place a, Inode inA, Place b, Inode inB) {
        enter(space, a.parent(), a.name(), inB);
        enter(space, b.parent(), b.name(), inA);
        repoint(space, a, b, inA);
        repoint(space, b, a, inB);
    }

    /** All names of an inode are those of another one from now on, as a rename over them does. */
    public static void handOver(Space space, Inode from, Inode to) {
        boolean own = true;
        for (Tuple.Range range :
                List.of(
                        Keys.backPointers(space.id(), from.ino()),
                        Keys.moreNames(space.id(), from.ino()))) {
            for (KeyValue pair :
                    space.tx().getRange(range.begin(), range.end(), Limits.LINKS_MAX)) {
                Place place = at(pair);
                space.tx().clear(pair.key());
                enter(space, place.parent(), place.name(), to);
                space.tx().set(back(space, to.ino(), place, own), new byte[0]);
                space.inode(place.parent()).touch(space.nowNanos(), true);
            }
            own = false;
        }
    }

    private static void enter(Space space, long parent, byte[] name, Inode inode) {
        EntryRecord entry =
                EntryRecord.newBuilder().setIno(inode.ino()).setType(inode.type()).build();
        space.tx().set(Keys.entry(space.id(), parent, name), entry.toByteArray());
        space.changedName(parent, name, 0);
    }

    private static void repoint(Space space, Place from, Place to, Inode inode) {
        boolean own = isOwn(space, inode, from);
        space.tx().clear(back(space, inode.ino(), from, own));
        space.tx().set(back(space, inode.ino(), to, own), new byte[0]);
    }

    private static void promote(Space space, long ino) {
        Tuple.Range more = Keys.moreNames(space.id(), ino);
        for (KeyValue pair : space.tx().getRange(more.begin(), more.end(), 1)) {
            Place next = at(pair);
            space.tx().clear(back(space, ino, next, false));
            space.tx().set(back(space, ino, next, true), new byte[0]);
        }
    }

    private static boolean isOwn(Space space, Inode inode, Place place) {
        return !hasMore(inode) || space.tx().get(back(space, inode.ino(), place, true)) != null;
    }

    private static boolean hasMore(Inode inode) {
        return !inode.directory() && inode.attributes().getNlink() > 1;
    }

    private static byte[] back(Space space, long ino, Place place, boolean own) {
        return own
                ? Keys.backPointer(space.id(), ino, place.parent(), place.name())
                : Keys.moreNames(space.id(), ino, place.parent(), place.name());
    }

    private static Place at(KeyValue pair) {
        Tuple key = Tuple.unpack(pair.key());
        return new Place(key.number(3), key.bytes(4));
    }

    /** Where the inode has its own name, or null: the root, and what was removed. */
    public static @Nullable Place place(ReadTransaction tx, long ws, long ino) {
        Tuple.Range range = Keys.backPointers(ws, ino);
        List<KeyValue> found = tx.getRange(range.begin(), range.end(), 1);
        if (found.isEmpty()) {
            return null;
        }
        return at(found.getFirst());
    }

    /** The directories of the inode's names, its own first. */
    public static List<Long> parents(ReadTransaction tx, long ws, long ino) {
        List<Long> parents = new ArrayList<>();
        for (Tuple.Range range : List.of(Keys.backPointers(ws, ino), Keys.moreNames(ws, ino))) {
            tx.getRange(range.begin(), range.end(), Limits.LINKS_MAX)
                    .forEach(pair -> parents.add(at(pair).parent()));
        }
        return parents;
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
