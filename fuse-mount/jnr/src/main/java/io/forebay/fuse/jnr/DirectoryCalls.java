package io.forebay.fuse.jnr;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Calls on open directories. */
final class DirectoryCalls {
    /** What is asked for at a time: some hundred entries. */
    private static final int READ_BYTES = 32 << 10;

    private final Asking asking;
    private final Paths paths;

    /** By the file system's handle. */
    private final Map<Long, Node> open = new ConcurrentHashMap<>();

    DirectoryCalls(Asking asking, Paths paths) {
        this.asking = asking;
        this.paths = paths;
    }

    /** Where entries go. */
    @FunctionalInterface
    interface Taker {
        /** Returns whether there was room for it. */
        boolean take(Reply.DirectoryEntry entry);
    }

    /** The handle. */
    long open(Caller caller, byte[] path, int flags) {
        Node node = paths.find(caller, path);
        boolean kept = false;
        try {
            Request request = new Request.OpenDirectory(asking.header(caller, node.id()), flags);
            long handle = asking.ask(request, Reply.Opened.class).handle();
            open.put(handle, node);
            kept = true;
            return handle;
        } finally {
            if (!kept) {
                node.close();
            }
        }
    }

    /** Gives entries behind a cookie, as many as there is room for. */
    void read(Caller caller, long handle, long offset, Taker taker) {
        long cookie = offset;
        boolean room = true;
        while (room) {
            Request.ReadDirectory request =
                    new Request.ReadDirectory(
                            asking.header(caller, node(handle).id()),
                            handle,
                            cookie,
                            READ_BYTES,
                            false);
            List<Reply.DirectoryEntry> found = asking.ask(request, Reply.Directory.class).entries();
            List<Reply.DirectoryEntry> taken = new ArrayList<>(found.size());
            for (Reply.DirectoryEntry entry : found) {
                if (!taker.take(entry)) {
                    room = false;
                    break;
                }
                taken.add(entry);
                cookie = entry.nextOffset();
            }
            asking.fileSystem().directoryTaken(request, taken);
            room &= !found.isEmpty();
        }
    }

    void release(Caller caller, long handle) {
        try (Node node = node(handle)) {
            open.remove(handle);
            asking.done(new Request.ReleaseDirectory(asking.header(caller, node.id()), handle));
        }
    }

    void fsync(Caller caller, long handle, boolean dataOnly) {
        asking.done(
                new Request.FsyncDirectory(
                        asking.header(caller, node(handle).id()), handle, dataOnly));
    }

    private Node node(long handle) {
        Node node = open.get(handle);
        if (node == null) {
            throw new FuseException(Errno.EBADF);
        }
        return node;
    }
}
