package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.Space;
import io.forebay.proto.EntryRecord;
import java.util.Arrays;
import java.util.List;

/** Each name that an inode knows is its name; one of them, and not two, is its own. */
final class NameIndexCheck implements Check {
    private final boolean own;

    /**
     * @param own of the own names; else of those more that hard links have
     */
    NameIndexCheck(boolean own) {
        this.own = own;
    }

    @Override
    public String letter() {
        return own ? "b" : "m";
    }

    @Override
    public List<Problem> look(View view, KeyValue pair) {
        Tuple key = Tuple.unpack(pair.key());
        long ino = key.number(2);
        long parent = key.number(3);
        byte[] name = key.bytes(4);
        EntryRecord entry = Names.find(view.tx(), view.ws(), parent, name);
        if (entry == null || entry.getIno() != ino || view.inode(ino) == null) {
            return List.of(
                    Problem.of(
                            FindingCode.NAME_INDEX_DANGLING,
                            ino,
                            "a name in the directory " + parent,
                            space -> {
                                space.tx().clear(pair.key());
                                chooseOwn(space, ino);
                            }));
        }
        List<KeyValue> first = view.first(Keys.backPointers(view.ws(), ino), 1);
        boolean wrong = own ? !Arrays.equals(first.getFirst().key(), pair.key()) : first.isEmpty();
        return !wrong
                ? List.of()
                : List.of(
                        Problem.of(
                                FindingCode.OWN_NAME,
                                ino,
                                own ? "it has more than one" : "it has none",
                                space -> mend(space, pair.key(), key)));
    }

    private void mend(Space space, byte[] at, Tuple key) {
        long ino = key.number(2);
        if (own) {
            space.tx().clear(at);
            byte[] more = Keys.moreNames(space.id(), ino, key.number(3), key.bytes(4));
            space.tx().set(more, new byte[0]);
        } else {
            chooseOwn(space, ino);
        }
    }

    private static void chooseOwn(Space space, long ino) {
        Tuple.Range own = Keys.backPointers(space.id(), ino);
        Tuple.Range more = Keys.moreNames(space.id(), ino);
        if (space.tx().getRange(own.begin(), own.end(), 1).isEmpty()) {
            for (KeyValue next : space.tx().getRange(more.begin(), more.end(), 1)) {
                Tuple key = Tuple.unpack(next.key());
                space.tx().clear(next.key());
                byte[] chosen = Keys.backPointer(space.id(), ino, key.number(3), key.bytes(4));
                space.tx().set(chosen, new byte[0]);
            }
        }
    }
}
