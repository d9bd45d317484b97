package io.forebay.mount.kept;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;

/**
 * Numbered records in memory that may be left at any instant. Each has two copies; a change writes
 * the older one and numbers it last, so that one of both is always whole. An empty record is none.
 *
 * <pre>
 * table:   0 records used so far u32    4 zero, up to 64
 *         64 record 0: copy, copy; record 1 ...
 * copy:    0 sequence u32 (0: being written)   4 length u32
 *          8 CRC32C of sequence, length and payload u32   12 payload
 * </pre>
 */
final class RecordTable {
    static final int HEAD_BYTES = 64;
    private static final int COPY_HEAD_BYTES = 12;
    private static final VarHandle INT = JAVA_INT.varHandle();

    private final MemorySegment memory;
    private final int copyBytes;
    private final int records;

    /** Guarded by this, as the number of used records in the memory is. */
    private final BitSet taken = new BitSet();

    /**
     * @param copyBytes of one of a record's two copies, a multiple of 4
     */
    RecordTable(MemorySegment memory, int copyBytes, int records) {
        this.memory = memory;
        this.copyBytes = copyBytes;
        this.records = records;
        for (int number = 0; number < used(); number++) {
            if (newest(number) >= 0) {
                taken.set(number);
            }
        }
    }

    static long bytes(int copyBytes, int records) {
        return HEAD_BYTES + 2L * copyBytes * records;
    }

    /** The number of a record that nobody uses; -1 when all are in use. */
    synchronized int take() {
        int number = taken.nextClearBit(0);
        if (number >= records) {
            return -1;
        }
        taken.set(number);
        if (number >= used()) {
            INT.setRelease(memory, 0L, number + 1);
        }
        return number;
    }

    /** Writes a taken record. One thread at a time may write the same one. */
    void put(int number, byte[] payload) {
        if (payload.length > copyBytes - COPY_HEAD_BYTES) {
            throw new KeptException("a record of " + payload.length + " bytes does not fit");
        }
        long first = copy(number, 0);
        long second = copy(number, 1);
        int one = (int) INT.getAcquire(memory, first);
        int other = (int) INT.getAcquire(memory, second);
        boolean firstIsOlder = one == 0 || (other != 0 && one - other < 0);
        long at = firstIsOlder ? first : second;
        int sequence = next(firstIsOlder ? other : one);
        INT.setRelease(memory, at, 0);
        VarHandle.storeStoreFence(); // what follows must not be seen under the old number
        memory.set(JAVA_INT, at + 4, payload.length);
        memory.set(JAVA_INT, at + 8, checksum(sequence, payload));
        MemorySegment.copy(payload, 0, memory, JAVA_BYTE, at + COPY_HEAD_BYTES, payload.length);
        INT.setRelease(memory, at, sequence);
    }

    /** Gives a record back. */
    synchronized void free(int number) {
        put(number, new byte[0]);
        taken.clear(number);
    }

    /** All records that are there. */
    void forEach(BiConsumer<Integer, byte[]> visitor) {
        for (int number = 0; number < used(); number++) {
            long at = newest(number);
            if (at >= 0) {
                visitor.accept(number, payload(at));
            }
        }
    }

    private int used() {
        return Math.min(records, Math.max(0, (int) INT.getAcquire(memory, 0L)));
    }

    /** Where the newest whole copy lies; -1 when the record is not there. */
    private long newest(int number) {
        long first = copy(number, 0);
        long second = copy(number, 1);
        boolean one = isWhole(first);
        boolean other = isWhole(second);
        long at = -1;
        if (one && other) {
            at = sequence(first) - sequence(second) > 0 ? first : second;
        } else if (one || other) {
            at = one ? first : second;
        }
        return at >= 0 && memory.get(JAVA_INT, at + 4) > 0 ? at : -1;
    }

    private boolean isWhole(long at) {
        int length = memory.get(JAVA_INT, at + 4);
        return sequence(at) != 0
                && length >= 0
                && length <= copyBytes - COPY_HEAD_BYTES
                && memory.get(JAVA_INT, at + 8) == checksum(sequence(at), payload(at));
    }

    private byte[] payload(long at) {
        int length = memory.get(JAVA_INT, at + 4);
        return memory.asSlice(at + COPY_HEAD_BYTES, length).toArray(JAVA_BYTE);
    }

    private int sequence(long at) {
        return (int) INT.getAcquire(memory, at);
    }

    private long copy(int number, int which) {
        return HEAD_BYTES + (2L * number + which) * copyBytes;
    }

    private static int next(int sequence) {
        return sequence == -1 ? 1 : sequence + 1;
    }

    private static int checksum(int sequence, byte[] payload) {
        CRC32C crc = new CRC32C();
        for (int value : new int[] {sequence, payload.length}) {
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                crc.update(value >>> shift);
            }
        }
        crc.update(payload);
        return (int) crc.getValue();
    }
}
