package io.forebay.mount.fs;

import io.forebay.fuse.Backing;
import java.util.HashSet;
import java.util.Set;

/** Gives ids out and counts them. */
final class FakeBacking implements Backing {
    private final boolean available;
    private final Set<Integer> ids = new HashSet<>();
    private int last;

    FakeBacking(boolean available) {
        this.available = available;
    }

    @Override
    public boolean available() {
        return available;
    }

    @Override
    public synchronized int open(int fileDescriptor) {
        last++;
        ids.add(last);
        return last;
    }

    @Override
    public synchronized void close(int backingId) {
        if (!ids.remove(backingId)) {
            throw new IllegalStateException("closed twice: " + backingId);
        }
    }

    synchronized int open() {
        return ids.size();
    }
}
