package io.forebay.mount.kept;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.forebay.transport.posix.NativeFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A file in memory, cut into tables. The head is written once and says where each table lies and
 * how large its records are, so that a later version, with other sizes, still finds them.
 *
 * <pre>
 *  0 "FBKEPT" and two zero bytes
 *  8 version u32             12 tables u32
 * 16 per table: id u32, bytes of a copy u32, records u32, zero u32, offset u64
 * 4092 CRC32C of all before u32
 * </pre>
 */
final class KeptMemory {
    /**
     * A version that cannot read what this one writes must refuse: raise it then, and only then.
     */
    static final int VERSION = 1;

    private static final byte[] MAGIC = {'F', 'B', 'K', 'E', 'P', 'T', 0, 0};
    private static final int HEAD_BYTES = 4096;
    private static final int CHECKSUM_AT = HEAD_BYTES - Integer.BYTES;
    private static final int TABLES_AT = 16;
    private static final int TABLE_BYTES = 24;
    private static final int TABLES_MAX = 64;

    /** What is kept where. The numbers stand in memory: never use one for something else. */
    enum Part {
        MOUNT(1, 8192, 1),

        /** One for each slot of mutations. */
        REQUESTS(2, 64, 64),

        /** As many as can be open at once. */
        INODES(3, 512, 65_536),

        HANDLES(4, 64, 262_144);

        private final int id;
        private final int copyBytes;
        private final int records;

        Part(int id, int copyBytes, int records) {
            this.id = id;
            this.copyBytes = copyBytes;
            this.records = records;
        }
    }

    private final Map<Part, RecordTable> tables = new EnumMap<>(Part.class);

    private KeptMemory() {}

    RecordTable table(Part part) {
        RecordTable table = tables.get(part);
        if (table == null) {
            throw new KeptException(
                    "The kept state has no " + part + ": it was damaged. Unmount and mount again");
        }
        return table;
    }

    /** In a new file, which takes memory only as records are used. */
    static KeptMemory create(NativeFile file) {
        long bytes = HEAD_BYTES;
        for (Part part : Part.values()) {
            bytes += aligned(RecordTable.bytes(part.copyBytes, part.records));
        }
        file.truncate(bytes);
        MemorySegment memory = map(file, bytes);
        MemorySegment.copy(MAGIC, 0, memory, JAVA_BYTE, 0, MAGIC.length);
        memory.set(JAVA_INT, 8, VERSION);
        memory.set(JAVA_INT, 12, Part.values().length);
        long at = TABLES_AT;
        long offset = HEAD_BYTES;
        for (Part part : Part.values()) {
            memory.set(JAVA_INT, at, part.id);
            memory.set(JAVA_INT, at + 4, part.copyBytes);
            memory.set(JAVA_INT, at + 8, part.records);
            memory.set(JAVA_LONG, at + 16, offset);
            offset += aligned(RecordTable.bytes(part.copyBytes, part.records));
            at += TABLE_BYTES;
        }
        memory.set(JAVA_INT, CHECKSUM_AT, checksum(memory));
        return read(memory);
    }

    /**
     * As another process left it.
     *
     * @throws KeptException when it is of a newer version, or damaged
     */
    static KeptMemory open(NativeFile file) {
        long bytes = file.stat().size();
        if (bytes < HEAD_BYTES) {
            throw damaged();
        }
        return read(map(file, bytes));
    }

    private static KeptMemory read(MemorySegment memory) {
        if (memory.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) != -1) {
            throw damaged();
        }
        int version = memory.get(JAVA_INT, 8);
        if (version > VERSION) {
            throw new KeptException(
                    "The mount was made by a newer version (state "
                            + version
                            + ", this one reads up to "
                            + VERSION
                            + "). Start the newer version, or unmount and mount again");
        }
        int count = memory.get(JAVA_INT, 12);
        if (version < 1
                || count > TABLES_MAX
                || memory.get(JAVA_INT, CHECKSUM_AT) != checksum(memory)) {
            throw damaged();
        }
        KeptMemory kept = new KeptMemory();
        for (int table = 0; table < count; table++) {
            kept.add(memory, TABLES_AT + (long) table * TABLE_BYTES);
        }
        return kept;
    }

    /** A table that this version does not know is of no use to it. */
    private void add(MemorySegment memory, long at) {
        int id = memory.get(JAVA_INT, at);
        int copyBytes = memory.get(JAVA_INT, at + 4);
        int records = memory.get(JAVA_INT, at + 8);
        long offset = memory.get(JAVA_LONG, at + 16);
        for (Part part : List.of(Part.values())) {
            if (part.id == id) {
                MemorySegment own = memory.asSlice(offset, RecordTable.bytes(copyBytes, records));
                tables.put(part, new RecordTable(own, copyBytes, records));
            }
        }
    }

    private static KeptException damaged() {
        return new KeptException("The kept state is damaged. Unmount and mount again");
    }

    private static int checksum(MemorySegment memory) {
        CRC32C crc = new CRC32C();
        crc.update(memory.asSlice(0, CHECKSUM_AT).toArray(JAVA_BYTE));
        return (int) crc.getValue();
    }

    private static long aligned(long bytes) {
        return (bytes + HEAD_BYTES - 1) / HEAD_BYTES * HEAD_BYTES;
    }

    private static MemorySegment map(NativeFile file, long bytes) {
        Path path = Path.of("/proc/self/fd/" + file.descriptor());
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.ofAuto());
        } catch (IOException failed) {
            throw new KeptException("The kept state cannot be mapped: is /proc mounted?", failed);
        }
    }
}
