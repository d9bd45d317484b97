package io.forebay.fuse.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Two ends of a socket that keeps messages apart, as /dev/fuse does: a device without a kernel. */
public record DevicePair(Device kernel, Device daemon) implements AutoCloseable {
    private static final int UNIX_DOMAIN = 1;
    private static final int SEQUENCED_PACKETS = 5;

    public static DevicePair open() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
            if (Libc.socketPair(UNIX_DOMAIN, SEQUENCED_PACKETS, ends) < 0) {
                throw new IllegalStateException("no socket pair");
            }
            return new DevicePair(
                    Device.of(ends.getAtIndex(ValueLayout.JAVA_INT, 0)),
                    Device.of(ends.getAtIndex(ValueLayout.JAVA_INT, 1)));
        }
    }

    @Override
    public void close() {
        kernel.close();
        daemon.close();
    }
}
