package io.forebay.mount.nodes;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * How often the kernel was told of each inode, less what it forgot. Of millions of them: many small
 * tables, so that one which grows holds up few, and needs little room beside itself.
 */
public final class LookupCounts {
    /** A power of two. */
    private static final int TABLES = 64;

    /** Each is its own lock. */
    private final CountTable[] tables = new CountTable[TABLES];

    public LookupCounts() {
        Arrays.setAll(tables, i -> new CountTable());
    }

    public void add(long ino, long count) {
        CountTable table = table(ino);
        synchronized (table) {
            table.add(ino, count);
        }
    }

    /** Takes {@code count} away; an inode that comes to 0 is not known any more. */
    public void forget(long ino, long count) {
        CountTable table = table(ino);
        synchronized (table) {
            table.forget(ino, count);
        }
    }

    public long count(long ino) {
        CountTable table = table(ino);
        synchronized (table) {
            return table.count(ino);
        }
    }

    /** All inodes that the kernel may know, each once; what comes or goes meanwhile may lack. */
    public LongStream inos() {
        return Arrays.stream(tables)
                .flatMapToLong(table -> {
                    synchronized (table) {
                        return Arrays.stream(table.inos());
                    }
                });
    }

    /** Inodes that the kernel may know. */
    public int size() {
        return IntStream.range(0, TABLES).map(this::size).sum();
    }

    private int size(int index) {
        CountTable table = tables[index];
        synchronized (table) {
            return table.size();
        }
    }

    private CountTable table(long ino) {
        // other bits than those by which a table finds its slots
        return tables[(int) (ino & (TABLES - 1))];
    }
}
