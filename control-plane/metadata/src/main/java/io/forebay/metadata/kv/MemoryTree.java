package io.forebay.metadata.kv;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An immutable ordered map: a change copies the path to the root and shares the rest. A treap (R.
 * Seidel, C. Aragon, "Randomized Search Trees", 1996) whose priorities are hashes of the keys, so
 * that its depth is logarithmic and its shape a function of its content.
 */
final class MemoryTree {
    static final MemoryTree EMPTY = new MemoryTree(null);

    private final @Nullable Node root;

    private MemoryTree(@Nullable Node root) {
        this.root = root;
    }

    byte @Nullable [] get(byte[] key) {
        Node node = root;
        while (node != null) {
            int order = Arrays.compareUnsigned(key, node.key);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    MemoryTree with(byte[] key, byte[] value) {
        Node left = below(root, key);
        Node right = from(root, Tuple.after(key));
        return new MemoryTree(
                join(join(left, new Node(key, value, priority(key), null, null)), right));
    }

    /** Without the keys {@code begin <= key < end}. */
    MemoryTree without(byte[] begin, byte[] end) {
        return new MemoryTree(join(below(root, begin), from(root, end)));
    }

    void scan(byte[] begin, byte[] end, boolean reverse, Engine.Visitor visitor) {
        if (reverse) {
            descend(root, begin, end, visitor);
        } else {
            ascend(root, begin, end, visitor);
        }
    }

    /** Answers whether the visitor wants more. */
    private static boolean ascend(
            @Nullable Node node, byte[] begin, byte[] end, Engine.Visitor visitor) {
        if (node == null) {
            return true;
        }
        boolean behindBegin = Arrays.compareUnsigned(begin, node.key) <= 0;
        boolean beforeEnd = Arrays.compareUnsigned(node.key, end) < 0;
        return (!behindBegin || ascend(node.left, begin, end, visitor))
                && (!behindBegin || !beforeEnd || visitor.visit(node.key, node.value))
                && (!beforeEnd || ascend(node.right, begin, end, visitor));
    }

    private static boolean descend(
            @Nullable Node node, byte[] begin, byte[] end, Engine.Visitor visitor) {
        if (node == null) {
            return true;
        }
        boolean behindBegin = Arrays.compareUnsigned(begin, node.key) <= 0;
        boolean beforeEnd = Arrays.compareUnsigned(node.key, end) < 0;
        return (!beforeEnd || descend(node.right, begin, end, visitor))
                && (!behindBegin || !beforeEnd || visitor.visit(node.key, node.value))
                && (!behindBegin || descend(node.left, begin, end, visitor));
    }

    /** The part with keys before {@code key}. */
    private static @Nullable Node below(@Nullable Node node, byte[] key) {
        if (node == null) {
            return null;
        }
        return Arrays.compareUnsigned(node.key, key) < 0
                ? node.with(node.left, below(node.right, key))
                : below(node.left, key);
    }

    /** The part with {@code key} and those behind it. */
    private static @Nullable Node from(@Nullable Node node, byte[] key) {
        if (node == null) {
            return null;
        }
        return Arrays.compareUnsigned(node.key, key) < 0
                ? from(node.right, key)
                : node.with(from(node.left, key), node.right);
    }

    /** One tree of two, all keys of the first being smaller. */
    private static @Nullable Node join(@Nullable Node left, @Nullable Node right) {
        if (left == null) {
            return right;
        }
        if (right == null) {
            return left;
        }
        return left.priority >= right.priority
                ? left.with(left.left, join(left.right, right))
                : right.with(join(left, right.left), right.right);
    }

    private static int priority(byte[] key) {
        int hash = Arrays.hashCode(key);
        hash = (hash ^ (hash >>> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >>> 13)) * 0xC2B2AE35;
        return hash ^ (hash >>> 16);
    }

    private record Node(
            byte[] key, byte[] value, int priority, @Nullable Node left, @Nullable Node right) {
        Node with(@Nullable Node newLeft, @Nullable Node newRight) {
            return new Node(key, value, priority, newLeft, newRight);
        }
    }
}
