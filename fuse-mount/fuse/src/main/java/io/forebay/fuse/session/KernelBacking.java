package io.forebay.fuse.session;

import io.forebay.fuse.Backing;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.posix.Device;
import io.forebay.fuse.posix.ThisProcess;
import io.forebay.fuse.wire.BackingMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link Backing} by the device's ioctl(2)s. */
final class KernelBacking implements Backing {
    private final Device device;
    private final boolean available;

    private KernelBacking(Device device, boolean available) {
        this.device = device;
        this.available = available;
    }

    /**
     * @param negotiated whether INIT granted passthrough; the privilege is then found out by
     *     registering an empty file, since a container's root may lack it
     */
    static KernelBacking of(Device device, boolean negotiated) {
        return new KernelBacking(device, negotiated && permitted(device));
    }

    @Override
    public boolean available() {
        return available;
    }

    @Override
    public int open(int fileDescriptor) {
        int id = register(device, fileDescriptor);
        if (id <= 0) {
            throw new FuseException(Errno.of(-id));
        }
        return id;
    }

    @Override
    public void close(int backingId) {
        unregister(device, backingId);
    }

    private static boolean permitted(Device device) {
        int file = ThisProcess.memoryFile("fuse-passthrough-probe");
        if (file < 0) {
            return false;
        }
        try {
            int id = register(device, file);
            if (id > 0) {
                unregister(device, id);
            }
            return id > 0;
        } finally {
            ThisProcess.closeDescriptor(file);
        }
    }

    private static int register(Device device, int fileDescriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment map = arena.allocate(BackingMap.SIZE, Long.BYTES);
            new BackingMap(map).put(fileDescriptor);
            return device.ioctl(BackingMap.OPEN, map);
        }
    }

    private static void unregister(Device device, int backingId) {
        try (Arena arena = Arena.ofConfined()) {
            device.ioctl(BackingMap.CLOSE, arena.allocateFrom(ValueLayout.JAVA_INT, backingId));
        }
    }
}
