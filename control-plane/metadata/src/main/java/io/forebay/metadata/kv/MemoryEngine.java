package io.forebay.metadata.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pairs in a persistent tree: a moment is its root. */
final class MemoryEngine implements Engine {
    // Written by the one thread that applies.
    private volatile MemoryTree tree = MemoryTree.EMPTY;
    private volatile boolean closed;

    @Override
    public Moment moment() {
        checkOpen();
        return new MemoryMoment(tree);
    }

    @Override
    public void apply(Writes writes) {
        checkOpen();
        MemoryTree next = tree;
        for (Map.Entry<byte[], byte[]> range : writes.cleared().ranges().entrySet()) {
            next = next.without(range.getKey(), range.getValue());
        }
        for (Map.Entry<byte[], Writes.Change> entry : writes.changes().entrySet()) {
            byte[] key = entry.getKey();
            next =
                    switch (entry.getValue()) {
                        case Writes.Change.Set(byte[] value) -> next.with(key, value);
                        case Writes.Change.Clear clear -> next.without(key, Tuple.after(key));
                        case Writes.Change.Add(long delta) ->
                                next.with(key, Writes.sum(next.get(key), delta));
                    };
        }
        tree = next;
    }

    @Override
    public void sync() {
        checkOpen();
    }

    @Override
    public void close() {
        closed = true;
        tree = MemoryTree.EMPTY;
    }

    private void checkOpen() {
        if (closed) {
            throw new StoreException(StoreException.Kind.UNAVAILABLE, "the store is closed");
        }
    }

    private final class MemoryMoment implements Moment {
        private final MemoryTree root;

        MemoryMoment(MemoryTree root) {
            this.root = root;
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            checkOpen();
            byte @Nullable [] value = root.get(key);
            return value == null ? null : value.clone();
        }

        @Override
        public List<byte @Nullable []> getAll(List<byte[]> keys) {
            List<byte @Nullable []> values = new ArrayList<>(keys.size());
            keys.forEach(key -> values.add(get(key)));
            return values;
        }

        @Override
        public void scan(byte[] begin, byte[] end, boolean reverse, Visitor visitor) {
            checkOpen();
            root.scan(
                    begin, end, reverse, (key, value) -> visitor.visit(key.clone(), value.clone()));
        }

        @Override
        public void close() {}
    }
}
