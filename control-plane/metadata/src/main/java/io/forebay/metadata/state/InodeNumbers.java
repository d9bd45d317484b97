package io.forebay.metadata.state;

import java.util.HashMap;
import java.util.Map;

/** Numbers of new inodes, taken from the store in blocks so that creates do not meet there. */
public final class InodeNumbers {
    /** One more transaction in a thousand creates; a process that ends wastes as many. */
    private static final long BLOCK = 1000;

    private final Database database;
    private final Map<Long, Block> blocks = new HashMap<>(); // guarded by this

    public InodeNumbers(Database database) {
        this.database = database;
    }

    public synchronized long next(long ws) {
        Block block = blocks.get(ws);
        if (block == null || block.next == block.end) {
            block = take(ws);
            blocks.put(ws, block);
        }
        return block.next++;
    }

    private Block take(long ws) {
        long first =
                database.transact(tx -> {
                    byte[] key = Keys.nextInode(ws);
                    long from = Math.max(Records.number(tx, key), BLOCK);
                    tx.set(key, Records.number(from + BLOCK));
                    return from;
                });
        return new Block(first, first + BLOCK);
    }

    private static final class Block {
        private long next;
        private final long end;

        Block(long next, long end) {
            this.next = next;
            this.end = end;
        }
    }
}
