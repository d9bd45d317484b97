package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.kv.KeyValue;
import java.util.List;

/** What must hold for each key of a kind. */
interface Check {
    /** The letter of the keys. */
    String letter();

    /** What is counted as looked at, or empty. */
    default String counts() {
        return "";
    }

    /** What is wrong with the pair. */
    List<Problem> look(View view, KeyValue pair);
}
