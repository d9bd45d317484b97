package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.proto.InodeRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who answers for keys is noted in the inodes alone: below a directory that was renamed, a file may
 * answer for one that is not its own any more. Goes through all inodes for keys that nobody seems
 * to answer for, of which there are few.
 */
final class Answering {
    private static final int PAGE = 1_000;

    private final Database database;
    private final long ws;

    Answering(Database database, long ws) {
        this.database = database;
        this.ws = ws;
    }

    /** Those of the keys for which no inode answers. */
    List<byte[]> without(List<byte[]> suspects) {
        Map<String, byte[]> left = new HashMap<>();
        suspects.forEach(key -> left.put(Tuple.unpack(key).text(2), key));
        Tuple.Range range = Keys.kind(ws, "i");
        byte[] begin = range.begin();
        List<KeyValue> page;
        do {
            byte[] from = begin;
            page = database.read(tx -> tx.getRange(from, range.end(), PAGE));
            for (KeyValue pair : page) {
                InodeRecord inode = Records.parse(pair.value(), InodeRecord.parser());
                left.remove(inode.getFlush().getMarkedKey());
            }
            begin = page.isEmpty() ? begin : Tuple.after(page.getLast().key());
        } while (page.size() == PAGE && !left.isEmpty());
        return List.copyOf(left.values());
    }
}
