package io.forebay.fuse.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One byte with one descriptor beside it (SCM_RIGHTS, unix(7)), as 64-bit Linux lays it out.
 *
 * <pre>
 * msghdr:   0 name u64        8 namelen u32   16 iov u64       24 iovlen u64
 *          32 control u64    40 controllen u64   48 flags i32
 * cmsghdr:  0 len u64         8 level i32     12 type i32      16 descriptor i32
 * </pre>
 */
final class DescriptorMessage {
    private static final int HEADER_BYTES = 56;
    private static final int CONTROL_BYTES = 24;
    private static final int SOCKET_LEVEL = 1;
    private static final int RIGHTS = 1;
    private static final int CLOSE_ON_EXEC = 0x4000_0000;
    private static final int EINTR = 4;

    private final MemorySegment header;
    private final MemorySegment control;

    DescriptorMessage(Arena arena) {
        header = arena.allocate(HEADER_BYTES, Long.BYTES);
        control = arena.allocate(CONTROL_BYTES, Long.BYTES);
        MemorySegment vector = arena.allocate(2L * Long.BYTES, Long.BYTES);
        vector.set(ValueLayout.ADDRESS, 0, arena.allocate(1));
        vector.set(ValueLayout.JAVA_LONG, 8, 1);
        header.set(ValueLayout.ADDRESS, 16, vector);
        header.set(ValueLayout.JAVA_LONG, 24, 1);
        header.set(ValueLayout.ADDRESS, 32, control);
        header.set(ValueLayout.JAVA_LONG, 40, CONTROL_BYTES);
    }

    /** The descriptor, or -1 where the other side ends without sending one. */
    int receive(int socket) {
        long received = Libc.receiveMessage(socket, header, CLOSE_ON_EXEC);
        while (received == -EINTR) {
            received = Libc.receiveMessage(socket, header, CLOSE_ON_EXEC);
        }
        boolean rights =
                received > 0
                        && header.get(ValueLayout.JAVA_LONG, 40) >= CONTROL_BYTES - Integer.BYTES
                        && control.get(ValueLayout.JAVA_INT, 8) == SOCKET_LEVEL
                        && control.get(ValueLayout.JAVA_INT, 12) == RIGHTS;
        return rights ? control.get(ValueLayout.JAVA_INT, 16) : -1;
    }
}
