package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.proto.KeyRecord;
import java.util.List;
import java.util.function.BiConsumer;

/** What is under way in the bucket, as the store has it. */
final class Marks {
    private Marks() {}

    static void assertNone(Rig rig) {
        each(
                rig,
                (key, record) -> {
                    assertEquals(KeyRecord.Intent.INTENT_UNSPECIFIED, record.getIntent(), key);
                    assertEquals(List.of(), record.getUploadsList());
                });
        Tuple.Range walks = Keys.walks(rig.ws);
        assertTrue(rig.store.read(tx -> tx.getRange(walks.begin(), walks.end(), 1)).isEmpty());
    }

    /** No lost report holds a key up, long before a mark is too old to count. */
    static void assertNonePutting(Rig rig) {
        each(
                rig,
                (key, record) ->
                        assertNotEquals(KeyRecord.Intent.INTENT_PUT, record.getIntent(), key));
    }

    private static void each(Rig rig, BiConsumer<String, KeyRecord> check) {
        Tuple.Range keys = Tuple.range(rig.ws, "p");
        rig.store
                .read(tx -> tx.getRange(keys.begin(), keys.end(), 10_000))
                .forEach(pair -> {
                    KeyRecord record = Records.parse(pair.value(), KeyRecord.parser());
                    String key = Tuple.unpack(pair.key()).text(2);
                    check.accept("a mark is left: " + key + " " + record, record);
                });
    }
}
