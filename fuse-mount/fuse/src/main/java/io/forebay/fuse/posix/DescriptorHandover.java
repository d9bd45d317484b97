package io.forebay.fuse.posix;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs a program that sends back an open descriptor over the socket whose number stands in {@code
 * _FUSE_COMMFD}. Java's own processes inherit nothing but their three streams, hence
 * posix_spawn(3).
 *
 * @param descriptor that was sent; -1: none
 * @param errors what the program said on its error stream, cut to {@link #ERRORS_MAX_BYTES}
 */
public record DescriptorHandover(int descriptor, String errors) {
    public static final int ERRORS_MAX_BYTES = 4096;

    private static final String SOCKET_VARIABLE = "_FUSE_COMMFD";

    /** In the child: the first number behind its streams. */
    private static final int CHILD_SOCKET = 3;

    private static final int CHILD_ERRORS = 2;

    /** A program that hangs longer is killed. */
    private static final long PATIENCE_SECONDS = 30;

    /** glibc's posix_spawn_file_actions_t has 80 bytes, musl's the same. */
    private static final int ACTIONS_BYTES = 256;

    private static final int UNIX_DOMAIN = 1;
    private static final int STREAM_CLOSE_ON_EXEC = 1 | 0x80000;
    private static final int CLOSE_ON_EXEC = 0x80000;

    /**
     * @param arguments from the program's own name on
     */
    public static DescriptorHandover run(
            Path program, List<String> arguments, Map<String, String> environment) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment socket = arena.allocate(ValueLayout.JAVA_INT, 2);
            MemorySegment pipe = arena.allocate(ValueLayout.JAVA_INT, 2);
            if (Libc.socketPair(UNIX_DOMAIN, STREAM_CLOSE_ON_EXEC, socket) < 0) {
                return new DescriptorHandover(-1, "no socket could be made");
            }
            if (Libc.pipe(pipe, CLOSE_ON_EXEC) < 0) {
                closeBoth(socket);
                return new DescriptorHandover(-1, "no pipe could be made");
            }
            Spawn spawn = new Spawn(program, arguments, environment);
            int process = spawn.start(arena, at(socket, 1), at(pipe, 1));
            Libc.close(at(socket, 1));
            Libc.close(at(pipe, 1));
            try {
                return process < 0
                        ? new DescriptorHandover(-1, "errno " + -process)
                        : receive(arena, process, at(socket, 0), at(pipe, 0));
            } finally {
                Libc.close(at(socket, 0));
                Libc.close(at(pipe, 0));
            }
        }
    }

    private static DescriptorHandover receive(Arena arena, int process, int socket, int pipe) {
        CompletableFuture<Void> watchdog =
                CompletableFuture.runAsync(
                        () -> ProcessHandle.of(process).ifPresent(ProcessHandle::destroyForcibly),
                        CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS));
        try {
            int descriptor = new DescriptorMessage(arena).receive(socket);
            String errors = text(arena, pipe);
            Libc.waitForProcess(process, arena.allocate(ValueLayout.JAVA_INT));
            return new DescriptorHandover(descriptor, errors);
        } finally {
            watchdog.cancel(false);
        }
    }

    /** All that comes until the program ends. */
    private static String text(Arena arena, int pipe) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        MemorySegment buffer = arena.allocate(ERRORS_MAX_BYTES);
        long read = Libc.read(pipe, buffer);
        while (read > 0) {
            int kept = (int) Math.min(read, ERRORS_MAX_BYTES - text.size());
            text.write(buffer.asSlice(0, kept).toArray(ValueLayout.JAVA_BYTE), 0, kept);
            read = Libc.read(pipe, buffer);
        }
        return text.toString(StandardCharsets.UTF_8).strip();
    }

    private static MemorySegment strings(Arena arena, List<String> strings) {
        MemorySegment array = arena.allocate(ValueLayout.ADDRESS, strings.size() + 1L);
        for (int index = 0; index < strings.size(); index++) {
            array.setAtIndex(ValueLayout.ADDRESS, index, arena.allocateFrom(strings.get(index)));
        }
        return array;
    }

    private static int at(MemorySegment numbers, int index) {
        return numbers.getAtIndex(ValueLayout.JAVA_INT, index);
    }

    private static void closeBoth(MemorySegment descriptors) {
        Libc.close(at(descriptors, 0));
        Libc.close(at(descriptors, 1));
    }

    private record Spawn(Path program, List<String> arguments, Map<String, String> environment) {
        /** The process id, or the negative errno. */
        int start(Arena arena, int socket, int errors) {
            MemorySegment process = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment actions = arena.allocate(ACTIONS_BYTES, Long.BYTES);
            Libc.initActions(actions);
            try {
                Libc.addDuplicate(actions, errors, CHILD_ERRORS);
                Libc.addDuplicate(actions, socket, CHILD_SOCKET);
                MemorySegment path = arena.allocateFrom(program.toString());
                MemorySegment words = strings(arena, arguments);
                int error = Libc.spawn(process, path, actions, words, strings(arena, variables()));
                return error == 0 ? at(process, 0) : -error;
            } finally {
                Libc.destroyActions(actions);
            }
        }

        private List<String> variables() {
            return Stream.concat(
                            environment.entrySet().stream()
                                    .map(entry -> entry.getKey() + "=" + entry.getValue()),
                            Stream.of(SOCKET_VARIABLE + "=" + CHILD_SOCKET))
                    .toList();
        }
    }
}
