package io.forebay.fuse.jnr;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Files that lost their name while they were open. libfuse renames such a file to a name of its own
 * and believes that it is still there; here that name exists for libfuse alone, and stands for the
 * node until its last open ends. So the tree shows no strange names, and fstat(2) on an unlinked
 * file finds it.
 */
final class Hidden {
    /** {@code hidden_name()} of libfuse 2.9's fuse.c: the node and a counter, never used twice. */
    private static final Pattern FORM = Pattern.compile("\\.fuse_hidden[0-9a-f]{16,}");

    private static final int LENGTH_MIN = 28;

    private final Map<String, Node> nodes = new ConcurrentHashMap<>();

    /** Whether libfuse, and nobody else, gives such a name. */
    static boolean isName(byte[] name) {
        return name.length >= LENGTH_MIN && name[0] == '.' && FORM.matcher(text(name)).matches();
    }

    /** Takes the node over. */
    void put(byte[] name, Node node) {
        nodes.put(text(name), node);
    }

    /** The node, which stays ours; null: there is none of that name. */
    @Nullable Node find(byte[] name) {
        if (!isName(name)) {
            return null;
        }
        Node node = nodes.get(text(name));
        return node == null ? null : node.lent();
    }

    /** Ends a name; nothing happens where there is none. */
    boolean drop(byte[] name) {
        Node node = isName(name) ? nodes.remove(text(name)) : null;
        if (node != null) {
            node.close();
        }
        return node != null;
    }

    /** The last open of a node has ended. */
    void ended(long nodeId) {
        if (!nodes.isEmpty()) {
            nodes.forEach((name, node) -> {
                if (node.id() == nodeId && nodes.remove(name, node)) {
                    node.close();
                }
            });
        }
    }

    private static String text(byte[] name) {
        return new String(name, StandardCharsets.ISO_8859_1);
    }
}
