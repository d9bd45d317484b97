package io.forebay.fuse.jnr;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A node that was looked up: the file system keeps its id until this is closed.
 *
 * @param known its attributes when it was looked up; null: ask
 * @param owned whether the lookup is given back by {@link #close}
 */
record Node(Asking asking, long id, @Nullable Attributes known, boolean owned)
        implements AutoCloseable {
    /** FUSE_ROOT_ID, which nobody looks up. */
    static final long ROOT_ID = 1;

    static Node root(Asking asking) {
        return new Node(asking, ROOT_ID, null, false);
    }

    /** A node that an answer has counted as looked up. */
    static Node of(Asking asking, Reply.Entry entry) {
        return new Node(asking, entry.nodeId(), entry.attributes(), true);
    }

    /** The same, for somebody who must not give it back, and who wants to know how it is now. */
    Node lent() {
        return new Node(asking, id, null, false);
    }

    Attributes attributes(Caller caller) {
        return known == null ? attributes(caller, OptionalLong.empty()) : known;
    }

    Attributes attributes(Caller caller, OptionalLong handle) {
        Request request = new Request.GetAttr(asking.header(caller, id), handle);
        return asking.ask(request, Reply.Attr.class).attributes();
    }

    @Override
    public void close() {
        if (owned) {
            asking.forget(id);
        }
    }
}
