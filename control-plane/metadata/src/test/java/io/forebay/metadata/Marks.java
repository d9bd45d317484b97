package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.proto.KeyRecord;
import java.util.List;

/** What is under way in the bucket, as the store has it. */
final class Marks {
    private Marks() {}

    static void assertNone(Rig rig) {
        Tuple.Range keys = Tuple.range(rig.ws, "p");
        rig.store
                .read(tx -> tx.getRange(keys.begin(), keys.end(), 10_000))
                .forEach(pair -> {
                    KeyRecord record = Records.parse(pair.value(), KeyRecord.parser());
                    assertEquals(
                            KeyRecord.Intent.INTENT_UNSPECIFIED,
                            record.getIntent(),
                            () ->
                                    "a mark is left: "
                                            + Tuple.unpack(pair.key()).text(2)
                                            + " of "
                                            + rig.attributes(record.getMarkIno()));
                    assertEquals(List.of(), record.getUploadsList());
                });
        Tuple.Range walks = Keys.walks(rig.ws);
        assertTrue(rig.store.read(tx -> tx.getRange(walks.begin(), walks.end(), 1)).isEmpty());
    }
}
