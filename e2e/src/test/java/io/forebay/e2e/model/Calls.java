package io.forebay.e2e.model;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The C library's functions by their names: {@code int}, {@code long}, strings and memory as the
 * man page has them. Each answers its result or the negative errno, and none is repeated.
 */
public final class Calls {
    // SAFETY: only describes calls; the callers name functions of the C library by their
    // prototypes.
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO =
            STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    /** How many arguments those have that take more or fewer of them. */
    private static final Map<String, Integer> FIXED =
            Map.of("open", 2, "openat", 3, "fcntl", 2, "fcntl64", 2);

    private static final Map<String, MethodHandle> HANDLES = new ConcurrentHashMap<>();

    private Calls() {}

    /** A function that returns {@code int}. */
    public static int call(String function, Object... arguments) {
        return (int) invoke(JAVA_INT, function, arguments);
    }

    /** A function that returns {@code ssize_t}, {@code off_t} or an address. */
    public static long size(String function, Object... arguments) {
        return invoke(JAVA_LONG, function, arguments);
    }

    private static long invoke(MemoryLayout returned, String function, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            List<Object> all = new ArrayList<>(List.of(state));
            List<MemoryLayout> layouts = new ArrayList<>();
            for (Object argument : arguments) {
                layouts.add(layout(argument));
                all.add(argument instanceof String text ? arena.allocateFrom(text) : argument);
            }
            String key = function + layouts;
            MethodHandle handle =
                    HANDLES.computeIfAbsent(key, _ -> handle(returned, function, layouts));
            long result = ((Number) handle.invokeWithArguments(all)).longValue();
            return result == -1 ? -state.get(JAVA_INT, ERRNO) : result;
        } catch (Throwable failed) {
            throw new AssertionError("cannot call " + function, failed);
        }
    }

    private static MemoryLayout layout(Object argument) {
        return switch (argument) {
            case Integer _ -> JAVA_INT;
            case Long _ -> JAVA_LONG;
            default -> ADDRESS;
        };
    }

    @SuppressWarnings("restricted") // real system calls are what this class is for
    private static MethodHandle handle(
            MemoryLayout returned, String function, List<MemoryLayout> layouts) {
        List<Linker.Option> options = new ArrayList<>();
        // SAFETY: only names the state that a call saves.
        options.add(Linker.Option.captureCallState("errno"));
        if (FIXED.containsKey(function)) {
            // SAFETY: the fixed arguments are counted as the prototype does.
            options.add(Linker.Option.firstVariadicArg(FIXED.get(function)));
        }
        MemoryLayout[] arguments = layouts.toArray(new MemoryLayout[0]);
        // SAFETY: the name and the types are those of one function of the C library.
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(function),
                FunctionDescriptor.of(returned, arguments),
                options.toArray(new Linker.Option[0]));
    }
}
