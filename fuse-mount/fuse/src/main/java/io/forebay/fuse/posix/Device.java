package io.forebay.fuse.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntSupplier;

/**
 * An open descriptor of {@code /dev/fuse}: one read is one request, one write is one answer. Any
 * number of threads may read and write it at once. Results are byte counts, or negative errnos.
 */
public final class Device implements AutoCloseable {
    public static final String PATH = "/dev/fuse";

    /** Bytes of {@code struct iovec[2]}, which {@link #write} wants as scratch. */
    public static final int VECTORS_SIZE = 32;

    private static final int READ_WRITE = 2;
    private static final int CLOSE_ON_EXEC = 0x80000;

    private static final int EBADF = 9;

    private final int descriptor;

    /** Keeps calls of outsiders off a descriptor number that may be another file's by then. */
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();

    /** Guarded by life. */
    private boolean closed;

    Device(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Takes a descriptor over, which {@link #openDescriptor} or fusermount3 gave. */
    public static Device of(int descriptor) {
        return new Device(descriptor);
    }

    /** A descriptor, or the negative errno. */
    public static int openDescriptor() {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.open(
                    arena.allocateFrom(PATH, StandardCharsets.UTF_8), READ_WRITE | CLOSE_ON_EXEC);
        }
    }

    public int descriptor() {
        return descriptor;
    }

    /** Waits for a request. Readers must have ended before {@link #close}. */
    public long read(MemorySegment buffer) {
        return Libc.read(descriptor, buffer);
    }

    public long write(MemorySegment message) {
        return Libc.write(descriptor, message);
    }

    /**
     * Writes one message that lies in two places.
     *
     * @param vectors scratch of {@link #VECTORS_SIZE} bytes
     */
    public long write(MemorySegment head, MemorySegment data, MemorySegment vectors) {
        // SAFETY: both segments are native, reachable from this frame, and used within this call.
        vectors.set(ValueLayout.JAVA_LONG, 0, head.address());
        vectors.set(ValueLayout.JAVA_LONG, 8, head.byteSize());
        vectors.set(ValueLayout.JAVA_LONG, 16, data.address());
        vectors.set(ValueLayout.JAVA_LONG, 24, data.byteSize());
        return Libc.writeVectors(descriptor, vectors, 2);
    }

    /** For any thread at any time. */
    public int ioctl(long request, MemorySegment argument) {
        return whileOpen(() -> Libc.ioctl(descriptor, request, argument));
    }

    /** Writes what is not an answer; for any thread at any time. */
    public int notify(MemorySegment message) {
        return whileOpen(() -> (int) Libc.write(descriptor, message));
    }

    /** The connection ends once no thread is in {@link #read} any more. */
    @Override
    public void close() {
        life.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                Libc.close(descriptor);
            }
        } finally {
            life.writeLock().unlock();
        }
    }

    private int whileOpen(IntSupplier call) {
        life.readLock().lock();
        try {
            return closed ? -EBADF : call.getAsInt();
        } finally {
            life.readLock().unlock();
        }
    }
}
