package io.forebay.mount.fs;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What POSIX says a tree does, in the fewest words: no inodes, no caches, no handles. */
final class ReferenceModel {
    /** A directory has children, a link a target, a file content. */
    static final class Node {
        final @Nullable Map<String, Node> children;
        final @Nullable String target;
        byte[] content = new byte[0];

        private Node(@Nullable Map<String, Node> children, @Nullable String target) {
            this.children = children;
            this.target = target;
        }

        boolean isDirectory() {
            return children != null;
        }

        boolean isFile() {
            return children == null && target == null;
        }

        void write(int offset, byte[] data) {
            byte[] grown = Arrays.copyOf(content, Math.max(content.length, offset + data.length));
            System.arraycopy(data, 0, grown, offset, data.length);
            content = grown;
        }

        void truncate(int size) {
            content = Arrays.copyOf(content, size);
        }
    }

    private final Node root = directory();

    static Node file() {
        return new Node(null, null);
    }

    static Node directory() {
        return new Node(new TreeMap<>(), null);
    }

    static Node link(String target) {
        return new Node(null, target);
    }

    Node find(String path) {
        Node at = root;
        for (String name : names(path)) {
            Node next = children(at).get(name);
            if (next == null) {
                throw new FuseException(Errno.ENOENT);
            }
            at = next;
        }
        return at;
    }

    void add(String path, Node node) {
        Map<String, Node> children = parent(path);
        if (children.containsKey(last(path))) {
            throw new FuseException(Errno.EEXIST);
        }
        children.put(last(path), node);
    }

    void remove(String path, boolean directory) {
        Map<String, Node> children = parent(path);
        checkRemovable(find(path), directory);
        children.remove(last(path));
    }

    void rename(String from, String to, boolean noReplace, boolean exchange) {
        Map<String, Node> source = parent(from);
        Map<String, Node> target = parent(to);
        Node moved = find(from);
        Node replaced = target.get(last(to));
        if (replaced != null && noReplace) {
            throw new FuseException(Errno.EEXIST);
        }
        if (to.equals(from)) {
            return;
        }
        if (to.startsWith(from + "/")) {
            throw new FuseException(Errno.EINVAL);
        }
        if (exchange) {
            if (replaced == null) {
                throw new FuseException(Errno.ENOENT);
            }
            if (from.startsWith(to + "/")) {
                throw new FuseException(Errno.EINVAL);
            }
            source.put(last(from), replaced);
        } else {
            if (replaced != null) {
                checkRemovable(replaced, moved.isDirectory());
            }
            source.remove(last(from));
        }
        target.put(last(to), moved);
    }

    List<String> list(String path) {
        return List.copyOf(children(find(path)).keySet());
    }

    private Map<String, Node> parent(String path) {
        return children(find(path.substring(0, Math.max(0, path.lastIndexOf('/')))));
    }

    private static void checkRemovable(Node node, boolean directory) {
        if (directory && !node.isDirectory()) {
            throw new FuseException(Errno.ENOTDIR);
        }
        if (!directory && node.isDirectory()) {
            throw new FuseException(Errno.EISDIR);
        }
        if (node.isDirectory() && !children(node).isEmpty()) {
            throw new FuseException(Errno.ENOTEMPTY);
        }
    }

    private static Map<String, Node> children(Node node) {
        if (node.children == null) {
            throw new FuseException(Errno.ENOTDIR);
        }
        return node.children;
    }

    static List<String> names(String path) {
        return path.isEmpty() ? List.of() : List.of(path.substring(1).split("/", -1));
    }

    static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
