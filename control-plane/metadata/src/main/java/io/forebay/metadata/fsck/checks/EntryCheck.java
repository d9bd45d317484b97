package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Space;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.InodeRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Each name in a directory leads to an inode that knows it. */
final class EntryCheck implements Check {
    @Override
    public String letter() {
        return "d";
    }

    @Override
    public String counts() {
        return "names";
    }

    @Override
    public List<Problem> look(View view, KeyValue pair) {
        Tuple key = Tuple.unpack(pair.key());
        long parent = key.number(2);
        byte[] name = key.bytes(3);
        EntryRecord entry = Records.parse(pair.value(), EntryRecord.parser());
        InodeRecord directory = view.inode(parent);
        String detail = "\"" + text(name) + "\" in the directory " + parent;
        if (directory == null || !View.isDirectory(directory)) {
            return problem(
                    FindingCode.ENTRY_WITHOUT_DIRECTORY,
                    entry,
                    detail,
                    space -> forget(space, pair.key(), entry.getIno(), parent, name));
        }
        InodeRecord inode = view.inode(entry.getIno());
        if (inode == null) {
            return problem(
                    FindingCode.ENTRY_WITHOUT_INODE,
                    entry,
                    detail,
                    space -> forget(space, pair.key(), entry.getIno(), parent, name));
        }
        if (inode.getAttributes().getType() != entry.getType()) {
            EntryRecord right = entry.toBuilder().setType(inode.getAttributes().getType()).build();
            return problem(
                    FindingCode.ENTRY_TYPE,
                    entry,
                    detail + " says " + entry.getType(),
                    space -> space.tx().set(pair.key(), right.toByteArray()));
        }
        byte[] own = Keys.backPointer(view.ws(), entry.getIno(), parent, name);
        byte[] more = Keys.moreNames(view.ws(), entry.getIno(), parent, name);
        if (view.has(own) || view.has(more)) {
            return List.of();
        }
        boolean owned = view.any(Keys.backPointers(view.ws(), entry.getIno()));
        boolean second = owned && View.isDirectory(inode); // no directory has two
        return List.of(
                Problem.of(
                        FindingCode.NAME_NOT_INDEXED,
                        entry.getIno(),
                        detail,
                        second ? null : space -> space.tx().set(owned ? more : own, new byte[0])));
    }

    private static List<Problem> problem(
            FindingCode code,
            EntryRecord entry,
            String detail,
            java.util.function.Consumer<Space> repair) {
        return List.of(Problem.of(code, entry.getIno(), detail, repair));
    }

    private static void forget(Space space, byte[] entry, long ino, long parent, byte[] name) {
        space.tx().clear(entry);
        space.tx().clear(Keys.backPointer(space.id(), ino, parent, name));
        space.tx().clear(Keys.moreNames(space.id(), ino, parent, name));
    }

    private static String text(byte[] name) {
        return new String(name, StandardCharsets.UTF_8);
    }
}
