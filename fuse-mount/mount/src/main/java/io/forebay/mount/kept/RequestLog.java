package io.forebay.mount.kept;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * For each slot of mutations: the number of its last mutation, and for which request of the kernel
 * that was, until the kernel has the answer. Recorded before the mutation is sent, so that whoever
 * gets the request again can send it under the same number, and it happens once.
 */
public final class RequestLog {
    private final RecordTable table;
    private final List<Entry> found = new ArrayList<>();

    RequestLog(RecordTable table, int slots) {
        this.table = table;
        for (int slot = 0; slot < slots; slot++) {
            found.add(new Entry(0, 0));
        }
        table.forEach((slot, payload) -> found.set(slot, Entry.of(payload)));
        while (table.take() >= 0) {
            // all of them are in use for good
        }
    }

    /**
     * @param requestId 0: of no request that the kernel waits for
     */
    public record Entry(long sequence, long requestId) {
        private static Entry of(byte[] payload) {
            ByteBuffer bytes = ByteBuffer.wrap(payload);
            return new Entry(bytes.getLong(), bytes.getLong());
        }

        private byte[] payload() {
            return ByteBuffer.allocate(2 * Long.BYTES).putLong(sequence).putLong(requestId).array();
        }
    }

    /** As they were found, by slot. */
    public List<Entry> found() {
        return Collections.unmodifiableList(found);
    }

    /** Only the owner of a slot writes its entry. */
    public void put(int slot, Entry entry) {
        table.put(slot, entry.payload());
    }
}
