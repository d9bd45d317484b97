package io.forebay.fuse.jnr;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.util.Arrays;

/** From a path, in the raw bytes that libfuse gives, to a node. Keeps nothing between calls. */
final class Paths {
    private final Asking asking;
    private final Hidden hidden;

    Paths(Asking asking, Hidden hidden) {
        this.asking = asking;
        this.hidden = hidden;
    }

    /** The directory that a path's last name is in, or would be. */
    record Place(Node directory, byte[] name) implements AutoCloseable {
        @Override
        public void close() {
            directory.close();
        }
    }

    /**
     * @throws FuseException ENOENT, ENOTDIR, or what else a lookup fails with
     */
    Node find(Caller caller, byte[] path) {
        Node gone = hidden.find(name(path));
        return gone == null ? walk(caller, path, path.length) : gone;
    }

    Place place(Caller caller, byte[] path) {
        return new Place(walk(caller, path, slash(path)), name(path));
    }

    /** What follows the last slash. */
    static byte[] name(byte[] path) {
        return Arrays.copyOfRange(path, slash(path) + 1, path.length);
    }

    private Node walk(Caller caller, byte[] path, int end) {
        Node node = Node.root(asking);
        int start = 1;
        while (start < end) {
            int stop = start;
            while (stop < end && path[stop] != '/') {
                stop++;
            }
            try (Node directory = node) {
                node = lookup(caller, directory, Arrays.copyOfRange(path, start, stop));
            }
            start = stop + 1;
        }
        return node;
    }

    private Node lookup(Caller caller, Node directory, byte[] name) {
        Request request = new Request.Lookup(asking.header(caller, directory.id()), name);
        return switch (asking.ask(request, Reply.class)) {
            case Reply.Entry entry -> Node.of(asking, entry);
            case Reply.NegativeEntry _ -> throw new FuseException(Errno.ENOENT);
            case Reply other -> throw new IllegalStateException("no answer to a lookup: " + other);
        };
    }

    private static int slash(byte[] path) {
        int at = path.length - 1;
        while (at > 0 && path[at] != '/') {
            at--;
        }
        return at;
    }
}
