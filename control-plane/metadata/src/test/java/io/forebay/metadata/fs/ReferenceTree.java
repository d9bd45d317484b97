package io.forebay.metadata.fs;

import io.forebay.proto.FailureKind;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The naive tree that the namespace is compared with: nodes that hold each other. */
final class ReferenceTree {
    final Node root = new Node(Kind.DIRECTORY, null);

    enum Kind {
        FILE,
        DIRECTORY,
        LINK,
        FIFO
    }

    static final class Node {
        final Kind type;
        final TreeMap<String, Node> children = new TreeMap<>();
        @Nullable Node parent;
        long ino;
        long size;
        int mode;
        String target = "";
        int names;
        final TreeMap<String, String> xattrs = new TreeMap<>();

        Node(Kind type, @Nullable Node parent) {
            this.type = type;
            this.parent = parent;
        }

        boolean directory() {
            return type == Kind.DIRECTORY;
        }

        int links() {
            int directories = (int) children.values().stream().filter(Node::directory).count();
            return directory() ? 2 + directories : names;
        }

        boolean isWithin(Node other) {
            for (Node at = this; at != null; at = at.parent) {
                if (at == other) {
                    return true;
                }
            }
            return false;
        }
    }

    FailureKind make(Node parent, String name, Node node) {
        if (parent.children.containsKey(name)) {
            return FailureKind.FAILURE_EXISTS;
        }
        parent.children.put(name, node);
        node.parent = parent;
        node.names++;
        return FailureKind.FAILURE_NONE;
    }

    FailureKind link(Node node, Node parent, String name) {
        return node.directory() ? FailureKind.FAILURE_IS_DIRECTORY : make(parent, name, node);
    }

    FailureKind remove(Node parent, String name, boolean directory) {
        Node node = parent.children.get(name);
        if (node == null) {
            return FailureKind.FAILURE_NOT_FOUND;
        }
        if (directory && !node.directory()) {
            return FailureKind.FAILURE_NOT_DIRECTORY;
        }
        if (!directory && node.directory()) {
            return FailureKind.FAILURE_IS_DIRECTORY;
        }
        if (!node.children.isEmpty()) {
            return FailureKind.FAILURE_NOT_EMPTY;
        }
        parent.children.remove(name);
        node.names--;
        return FailureKind.FAILURE_NONE;
    }

    /** What rename(2) says, in the order in which the model looks. */
    FailureKind rename(Node from, String name, Node to, String newName, Flags flags) {
        Node moved = from.children.get(name);
        Node target = to.children.get(newName);
        if (moved == null) {
            return FailureKind.FAILURE_NOT_FOUND;
        }
        if (target != null && flags == Flags.NO_REPLACE) {
            return FailureKind.FAILURE_EXISTS;
        }
        if (target == null && flags == Flags.EXCHANGE) {
            return FailureKind.FAILURE_NOT_FOUND;
        }
        if (to.isWithin(moved)) {
            return FailureKind.FAILURE_INVALID;
        }
        if (moved == target) {
            return FailureKind.FAILURE_NONE;
        }
        if (target != null && flags == Flags.EXCHANGE) {
            return exchange(from, name, to, newName);
        }
        if (target != null) {
            if (moved.directory() && !target.directory()) {
                return FailureKind.FAILURE_NOT_DIRECTORY;
            }
            if (!moved.directory() && target.directory()) {
                return FailureKind.FAILURE_IS_DIRECTORY;
            }
            if (!target.children.isEmpty()) {
                return FailureKind.FAILURE_NOT_EMPTY;
            }
        }
        if (target != null) {
            target.names--;
        }
        from.children.remove(name);
        to.children.put(newName, moved);
        moved.parent = to;
        return FailureKind.FAILURE_NONE;
    }

    private static FailureKind exchange(Node from, String name, Node to, String newName) {
        Node moved = from.children.get(name);
        Node target = to.children.get(newName);
        if (moved == null || target == null) {
            throw new IllegalStateException();
        }
        if (from.isWithin(target)) {
            return FailureKind.FAILURE_INVALID;
        }
        from.children.put(name, target);
        target.parent = from;
        to.children.put(newName, moved);
        moved.parent = to;
        return FailureKind.FAILURE_NONE;
    }

    enum Flags {
        NONE,
        NO_REPLACE,
        EXCHANGE
    }
}
