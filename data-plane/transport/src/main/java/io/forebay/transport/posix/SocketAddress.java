package io.forebay.transport.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/**
 * {@code struct sockaddr_un} (unix(7)) of a path of any length: one that does not fit goes through
 * the open directory, as {@code /proc/self/fd/N/name}.
 *
 * <pre>
 *   0 sun_family u16 (AF_UNIX = 1) | 2 sun_path[108], zero-terminated
 * </pre>
 */
record SocketAddress(MemorySegment memory, int directory) implements AutoCloseable {
    private static final int PATH_BYTES = 108;
    private static final short AF_UNIX = 1;
    private static final int O_PATH = 0x200000;
    private static final int O_DIRECTORY = 0x10000;
    private static final int NO_DIRECTORY = -1;

    /** The address, alive as long as the arena; close it when the call has been made. */
    static SocketAddress of(Path path, Arena arena) {
        byte[] whole = path.toString().getBytes(StandardCharsets.UTF_8);
        if (whole.length < PATH_BYTES) {
            return new SocketAddress(encode(whole, arena), NO_DIRECTORY);
        }
        Path absolute = path.toAbsolutePath();
        int directory = open(Objects.requireNonNull(absolute.getParent()), arena);
        byte[] detour =
                ("/proc/self/fd/" + directory + "/" + absolute.getFileName())
                        .getBytes(StandardCharsets.UTF_8);
        if (detour.length >= PATH_BYTES) {
            LibC.close(directory);
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID,
                            "The socket's file name is too long; use one below 80 bytes")
                    .with("path", path);
        }
        return new SocketAddress(encode(detour, arena), directory);
    }

    private static int open(Path directory, Arena arena) {
        MemorySegment name = arena.allocateFrom(directory.toString());
        int flags = O_PATH | O_DIRECTORY | NativeFile.O_CLOEXEC;
        int result = LibC.open(name, flags, 0);
        if (result < 0) {
            throw new PosixException("open", -result);
        }
        return result;
    }

    private static MemorySegment encode(byte[] path, Arena arena) {
        MemorySegment memory = arena.allocate(Short.BYTES + PATH_BYTES, Short.BYTES);
        memory.set(JAVA_SHORT, 0, AF_UNIX);
        MemorySegment.copy(path, 0, memory, JAVA_BYTE, Short.BYTES, path.length);
        return memory;
    }

    @Override
    public void close() {
        if (directory != NO_DIRECTORY) {
            LibC.close(directory);
        }
    }
}
