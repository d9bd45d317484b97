package io.forebay.metadata.kv;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What lies below {@link TransactionalStore}: ordered pairs, moments of them, and atomic changes.
 * Every method may be called by many threads but {@link #apply}, which is called by one at a time.
 * After {@link #close} every method throws UNAVAILABLE, and closing a moment does nothing.
 */
public interface Engine extends AutoCloseable {
    /** The newest state: everything that was applied before the call. */
    Moment moment();

    /** Applies all of it or nothing; it survives the end of this process. */
    void apply(Writes writes);

    /** Makes everything that was applied before the call survive a power loss. */
    void sync();

    @Override
    void close();

    /** The pairs as they stood at one moment. */
    interface Moment extends AutoCloseable {
        byte @Nullable [] get(byte[] key);

        /** As so many {@link #get}s, in the order of the keys. */
        List<byte @Nullable []> getAll(List<byte[]> keys);

        /** Visits the pairs with {@code begin <= key < end} until the visitor has enough. */
        void scan(byte[] begin, byte[] end, boolean reverse, Visitor visitor);

        @Override
        void close();
    }

    /** Takes pairs in their order. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Takes one pair; the arrays are the visitor's to keep.
         *
         * @return whether it wants more
         */
        boolean visit(byte[] key, byte[] value);
    }
}
