package io.forebay.transport.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/**
 * {@code struct msghdr} (sendmsg(2)) with one buffer and room for one descriptor (SCM_RIGHTS,
 * unix(7)).
 *
 * <pre>
 *  msghdr, 56 bytes                                    control (struct cmsghdr), 24 bytes
 *   0 msg_name pointer     | 8 msg_namelen u32, pad     0 cmsg_len u64 (20 = 16 + one int)
 *  16 msg_iov pointer     | 24 msg_iovlen u64           8 cmsg_level s32 (SOL_SOCKET = 1)
 *  32 msg_control pointer | 40 msg_controllen u64      12 cmsg_type s32 (SCM_RIGHTS = 1)
 *  48 msg_flags s32, pad                               16 descriptor s32 | 20 pad
 *  iovec, 16 bytes: 0 pointer | 8 length u64
 * </pre>
 */
record MessageHeader(MemorySegment memory, MemorySegment vector, MemorySegment control) {
    private static final int BYTES = 56;
    private static final int CONTROL_BYTES = 24;
    private static final long CONTROL_HEADER_BYTES = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    static MessageHeader allocate(Arena arena) {
        MemorySegment memory = arena.allocate(BYTES, Long.BYTES);
        MemorySegment vector = arena.allocate(16, Long.BYTES);
        memory.set(ADDRESS, 16, vector);
        memory.set(JAVA_LONG, 24, 1);
        return new MessageHeader(memory, vector, arena.allocate(CONTROL_BYTES, Long.BYTES));
    }

    /** Sets the bytes that the next call moves; they carry no descriptor. */
    void plain(MemorySegment bytes) {
        vector.set(ADDRESS, 0, bytes);
        vector.set(JAVA_LONG, 8, bytes.byteSize());
        memory.set(ADDRESS, 32, MemorySegment.NULL);
        memory.set(JAVA_LONG, 40, 0);
    }

    /** As {@link #plain}, with a descriptor beside the first byte. */
    void passing(MemorySegment bytes, int descriptor) {
        plain(bytes);
        control.set(JAVA_LONG, 0, CONTROL_HEADER_BYTES + Integer.BYTES);
        control.set(JAVA_INT, 8, SOL_SOCKET);
        control.set(JAVA_INT, 12, SCM_RIGHTS);
        control.set(JAVA_INT, 16, descriptor);
        memory.set(ADDRESS, 32, control);
        memory.set(JAVA_LONG, 40, CONTROL_BYTES);
    }

    /** As {@link #plain}, with room for a descriptor to arrive. */
    void accepting(MemorySegment bytes) {
        plain(bytes);
        control.fill((byte) 0);
        memory.set(ADDRESS, 32, control);
        memory.set(JAVA_LONG, 40, CONTROL_BYTES);
    }

    /** The descriptor that came with the last call. A second one, never sent by us, is closed. */
    OptionalInt received() {
        boolean any =
                memory.get(JAVA_LONG, 40) >= CONTROL_HEADER_BYTES + Integer.BYTES
                        && control.get(JAVA_INT, 8) == SOL_SOCKET
                        && control.get(JAVA_INT, 12) == SCM_RIGHTS;
        if (!any) {
            return OptionalInt.empty();
        }
        if (control.get(JAVA_LONG, 0) >= CONTROL_HEADER_BYTES + 2 * Integer.BYTES) {
            LibC.close(control.get(JAVA_INT, 20));
        }
        return OptionalInt.of(control.get(JAVA_INT, 16));
    }
}
