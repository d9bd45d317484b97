package io.forebay.e2e.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.nodes.Network.Node;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/** What several append to one file, each record a line whose length follows from what it says. */
final class Records {
    private static final int LENGTH_MAX = 20_000;

    private Records() {}

    static ByteBuffer of(Node node, int number) {
        return ByteBuffer.wrap(text(node, number).getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(Node node, int number) {
        String head = node + " " + number + " ";
        int fill = Math.floorMod(number * 7919 + head.length(), LENGTH_MAX);
        return head + Character.toString('a' + number % 26).repeat(fill) + "\n";
    }

    /** Each node's records are there, whole, once, and in their order. */
    static void check(byte[] log, int count) {
        checkWhole(log, Map.of(Node.WITH_WORKER, count, Node.WITHOUT_WORKER, count));
    }

    static void checkWhole(byte[] log, Map<Node, Integer> counts) {
        Map<Node, Integer> next = new EnumMap<>(Node.class);
        new String(log, StandardCharsets.US_ASCII)
                .lines()
                .forEach(line -> {
                    String word = line.split(" ", 2)[0];
                    assertTrue(word.startsWith("WITH"), () -> "torn: " + line);
                    Node node = Node.valueOf(word);
                    int number = next.merge(node, 1, Integer::sum) - 1;
                    assertEquals(text(node, number), line + "\n");
                });
        assertEquals(counts, next);
    }
}
