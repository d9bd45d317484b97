package io.forebay.e2e.model;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What came of an operation, as far as both sides must agree.
 *
 * @param result what the call returned, or the negative errno
 * @param facts attributes, names and whatever else can be said in words
 * @param bytes read
 */
record Outcome(long result, List<String> facts, ByteBuffer bytes) {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final Map<Integer, String> NAMES =
            Map.ofEntries(
                    Map.entry(1, "EPERM"),
                    Map.entry(2, "ENOENT"),
                    Map.entry(5, "EIO"),
                    Map.entry(6, "ENXIO"),
                    Map.entry(9, "EBADF"),
                    Map.entry(11, "EAGAIN"),
                    Map.entry(13, "EACCES"),
                    Map.entry(17, "EEXIST"),
                    Map.entry(18, "EXDEV"),
                    Map.entry(20, "ENOTDIR"),
                    Map.entry(21, "EISDIR"),
                    Map.entry(22, "EINVAL"),
                    Map.entry(28, "ENOSPC"),
                    Map.entry(34, "ERANGE"),
                    Map.entry(39, "ENOTEMPTY"),
                    Map.entry(40, "ELOOP"),
                    Map.entry(61, "ENODATA"),
                    Map.entry(95, "EOPNOTSUPP"),
                    Map.entry(107, "ENOTCONN"),
                    Map.entry(116, "ESTALE"));

    Outcome {
        facts = List.copyOf(facts);
    }

    static Outcome of(long result) {
        return new Outcome(result, List.of(), NOTHING);
    }

    static Outcome of(long result, List<String> facts) {
        return new Outcome(result, facts, NOTHING);
    }

    /** Of a call that answers a length: the bytes are those that it filled. */
    static Outcome read(long result, byte[] bytes) {
        return new Outcome(result, List.of(), ByteBuffer.wrap(bytes));
    }

    /** Where this one, which is the reference's, and the other part. */
    String against(Outcome other) {
        List<String> found = new ArrayList<>();
        if (result != other.result) {
            found.add("expected " + name(result) + ", got " + name(other.result));
        }
        facts.stream()
                .filter(fact -> !other.facts.contains(fact))
                .forEach(fact -> found.add("expected " + fact));
        other.facts.stream()
                .filter(fact -> !facts.contains(fact))
                .forEach(fact -> found.add("     got " + fact));
        int at = bytes.mismatch(other.bytes);
        if (at >= 0) {
            found.add("bytes differ from " + at + " on: " + byteAt(at, bytes, other.bytes));
        }
        return String.join("\n", found);
    }

    private static String byteAt(int at, ByteBuffer mine, ByteBuffer theirs) {
        if (at >= mine.limit() || at >= theirs.limit()) {
            return "expected " + mine.limit() + " bytes, got " + theirs.limit();
        }
        return "expected %02x, got %02x".formatted(mine.get(at), theirs.get(at));
    }

    private static String name(long result) {
        return result >= 0 ? Long.toString(result) : errno((int) -result);
    }

    static String errno(int number) {
        return NAMES.getOrDefault(number, "errno " + number);
    }
}
