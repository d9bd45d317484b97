package io.forebay.metadata.state;

import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.proto.OpenRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who has what open. */
public final class Handles {
    /** As many mounts can have one file open; more would not fit a transaction. */
    private static final int MOUNTS_MAX = 10_000;

    private Handles() {}

    public static @Nullable OpenRecord find(Space space, long ino, long mount) {
        return Records.find(space.tx(), Keys.handle(space.id(), ino, mount), OpenRecord.parser());
    }

    public static void put(Space space, long ino, long mount, OpenRecord record) {
        space.tx().set(Keys.handle(space.id(), ino, mount), record.toByteArray());
        space.tx().set(Keys.held(space.id(), mount, ino), new byte[0]);
    }

    public static void remove(Space space, long ino, long mount) {
        space.tx().clear(Keys.handle(space.id(), ino, mount));
        space.tx().clear(Keys.held(space.id(), mount, ino));
    }

    public static boolean any(Space space, long ino) {
        Tuple.Range range = Keys.handles(space.id(), ino);
        return !space.tx().getRange(range.begin(), range.end(), 1).isEmpty();
    }

    /**
     * @param tx a snapshot, where somebody who opens it meanwhile does not matter
     */
    public static Holders holders(ReadTransaction tx, long ws, long ino, long mount) {
        Tuple.Range range = Keys.handles(ws, ino);
        boolean writing = false;
        boolean othersWriting = false;
        boolean others = false;
        for (KeyValue pair : tx.getRange(range.begin(), range.end(), MOUNTS_MAX)) {
            boolean other = mount(pair) != mount;
            boolean writes = record(pair).getWriting();
            writing |= writes;
            others |= other;
            othersWriting |= other && writes;
        }
        return new Holders(writing, others, othersWriting);
    }

    /**
     * Who has one file open, as one mount sees it.
     *
     * @param writing any mount, this one too
     * @param others have it open, however
     */
    public record Holders(boolean writing, boolean others, boolean othersWriting) {
        public static final Holders NONE = new Holders(false, false, false);
    }

    private static long mount(KeyValue pair) {
        return Tuple.unpack(pair.key()).number(3);
    }

    private static OpenRecord record(KeyValue pair) {
        return Records.parse(pair.value(), OpenRecord.parser());
    }

    public static boolean anyWriting(Space space, long ino) {
        Tuple.Range range = Keys.handles(space.id(), ino);
        List<KeyValue> all = space.tx().getRange(range.begin(), range.end(), MOUNTS_MAX);
        return all.stream().anyMatch(pair -> record(pair).getWriting());
    }
}
