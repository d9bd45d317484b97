package io.forebay.metadata.state;

import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Transaction;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Numbers of new inodes, taken from the store in blocks so that creates do not meet there.
 *
 * <p>The first number of a workspace follows from the time when it was made, so that none comes
 * again when a workspace is made anew over the same bucket: an object that names an inode of an
 * earlier one would be taken for what a worker has just put.
 */
public final class InodeNumbers {
    /**
     * One more transaction in as many creates, which waits for the disk: a number that came again
     * after a power loss would find what workers have of the lost file. A process that ends wastes
     * as many.
     */
    private static final long BLOCK = 10_000;

    private static final long EPOCH_SECONDS =
            Instant.parse("2024-01-01T00:00:00Z").getEpochSecond();

    /** A million inodes a second are more than are ever made; for 272 years exact in a double. */
    private static final int NUMBERS_PER_SECOND_BITS = 20;

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

    /** Where a new workspace begins. */
    public static void begin(Transaction tx, long ws, long nowMillis) {
        long seconds = Math.max(0, nowMillis / 1000 - EPOCH_SECONDS);
        tx.set(Keys.nextInode(ws), Records.number(seconds << NUMBERS_PER_SECOND_BITS));
    }

    /**
     * Whether the metadata knows of the number. Of one that it does not, somebody has heard from
     * newer metadata than this, which then is an older copy.
     */
    public static boolean isGiven(ReadTransaction tx, long ws, long ino) {
        return ino < Records.number(tx, Keys.nextInode(ws));
    }

    /** The next number, for who needs it within a transaction of many. */
    public static long take(Space space) {
        return take(space.tx(), space.id(), 1);
    }

    private Block take(long ws) {
        long first = database.transactDurably(tx -> take(tx, ws, BLOCK));
        return new Block(first, first + BLOCK);
    }

    private static long take(Transaction tx, long ws, long count) {
        byte[] key = Keys.nextInode(ws);
        long from = Math.max(Records.number(tx, key), BLOCK);
        tx.set(key, Records.number(from + count));
        return from;
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
