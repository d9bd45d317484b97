package io.forebay.worker.staging;

import io.forebay.store.StagedKey;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Numbers that tell a mount whether others may have written a file since it opened it. A mount that
 * could not be reached may hold writes that it has answered; it may bring them only while its
 * number is still the file's, else it would overwrite what came after them.
 *
 * <p>A worker that starts knows of no writers. It believes the first mount that comes with a number
 * of an earlier worker: what was answered before the worker died is to be sent again.
 */
final class WriterTurns {
    /** Files whose last writer is known: some 10 MiB. The others' mounts are not believed. */
    static final int FILES_MAX = 100_000;

    /** No worker opens files faster than this for all its life, so numbers are not used twice. */
    private static final int OPENS_PER_MILLI_BITS = 10;

    private final long first;

    /** Guarded by this; so is the next one, the least recently opened first. */
    private long last;

    private final Map<StagedKey, Turn> turns = new LinkedHashMap<>();

    private record Turn(long number, long mountId) {}

    /**
     * @param startMillis larger than that of earlier workers
     */
    WriterTurns(long startMillis) {
        this.first = startMillis << OPENS_PER_MILLI_BITS;
        this.last = first;
    }

    /**
     * A mount opens a file for writing.
     *
     * @param before the number that it had; 0: none
     * @return the number that it has now: the one before where nobody else has written since
     */
    synchronized long write(StagedKey key, long mountId, long before) {
        Turn turn = turns.remove(key);
        long number;
        if (turn == null) {
            number = before != 0 && !isMine(before) ? before : ++last;
        } else {
            boolean same = turn.mountId() == mountId || turn.number() == before;
            number = same ? turn.number() : ++last;
        }
        turns.put(key, new Turn(number, mountId));
        if (turns.size() > FILES_MAX) {
            turns.remove(turns.keySet().iterator().next());
        }
        return number;
    }

    private boolean isMine(long number) {
        return number > first && number <= last;
    }
}
