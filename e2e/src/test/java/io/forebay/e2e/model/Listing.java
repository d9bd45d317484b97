package io.forebay.e2e.model;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.forebay.e2e.Digest;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;

/** All that can be seen of the nodes below a directory, a line for each. */
final class Listing {
    private static final int PAGE_BYTES = 1 << 16;
    private static final int BLOCK = 1 << 18;
    private static final int DEPTH_MAX = 8;

    private final List<String> lines = new ArrayList<>();
    private final Function<Attributes, List<String>> facts;

    /**
     * @param facts what can be known of a node
     */
    Listing(Function<Attributes, List<String>> facts) {
        this.facts = facts;
    }

    List<String> lines() {
        return lines;
    }

    void of(int root, String prefix) {
        walk("/proc/self/fd/" + root, prefix, 0);
    }

    private void walk(String directory, String prefix, int depth) {
        if (depth > DEPTH_MAX) {
            lines.add(prefix + "too deep");
            return;
        }
        int flags = PathOperation.Flag.bits(List.of(PathOperation.Flag.DIRECTORY));
        int descriptor = Calls.call("open", directory + "/.", flags);
        Outcome entries = names(descriptor);
        Calls.call("close", descriptor);
        if (entries.result() < 0) {
            lines.add(prefix + "cannot be listed: " + entries.result());
        }
        for (String entry : entries.facts()) {
            String name = entry.substring(entry.indexOf(' ') + 1);
            if (!name.equals(".") && !name.equals("..")) {
                node(directory + "/" + name, prefix + "/" + name, depth);
            }
        }
    }

    private void node(String path, String shown, int depth) {
        Attributes.Answer answer = Attributes.of(PathCalls.HERE, path, PathCalls.NO_FOLLOW);
        Attributes attributes = answer.attributes();
        if (answer.result() < 0) {
            lines.add(shown + " has no attributes: " + answer.result());
            return;
        }
        List<String> all = new ArrayList<>(facts.apply(attributes));
        for (String name : PathCalls.attributeNames(path).facts()) {
            all.add(name + "=" + hash(PathCalls.filled("lgetxattr", BLOCK, path, name)));
        }
        if (attributes.isSymlink()) {
            Outcome target = PathCalls.filled("readlink", BLOCK, path);
            all.add("to " + StandardCharsets.UTF_8.decode(target.bytes()));
        }
        if (attributes.isRegular()) {
            all.add("sha256 " + content(path));
        }
        lines.add(shown + " " + String.join(", ", all));
        if (attributes.isDirectory()) {
            walk(path, shown, depth + 1);
        }
    }

    private static String hash(Outcome value) {
        byte[] bytes = new byte[value.bytes().remaining()];
        value.bytes().get(0, bytes);
        return value.result() < 0 ? "errno" + -value.result() : HexFormat.of().formatHex(bytes);
    }

    private static String content(String path) {
        int descriptor = Calls.call("open", path, PathCalls.NO_ACCESS_TIME);
        if (descriptor < 0) {
            return "cannot be opened: " + Outcome.errno(-descriptor);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        long result;
        do {
            Outcome block = PathCalls.filled("read", BLOCK, descriptor);
            result = block.result();
            all.writeBytes(block.bytes().array());
        } while (result > 0);
        Calls.call("close", descriptor);
        return result < 0
                ? "cannot be read: " + Outcome.errno((int) -result)
                : Digest.sha256(all.toByteArray()).substring(0, 16);
    }

    /** The type and the name of each entry, sorted, from where the directory is read on. */
    static Outcome names(int directory) {
        List<String> names = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment page = arena.allocate(PAGE_BYTES, 8);
            while (true) {
                long count = Calls.size("getdents64", directory, page, (long) PAGE_BYTES);
                if (count <= 0) {
                    names.sort(null);
                    return Outcome.of(count, names);
                }
                for (long at = 0; at < count; ) {
                    names.add(page.get(JAVA_BYTE, at + 18) + " " + page.getString(at + 19));
                    at += page.get(JAVA_SHORT_UNALIGNED, at + 16) & 0xffff;
                }
            }
        }
    }
}
