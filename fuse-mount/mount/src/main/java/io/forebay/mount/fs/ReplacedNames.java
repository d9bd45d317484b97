package io.forebay.mount.fs;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.nodes.BoundedMap;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stat(2) by a name that another mount replaces all the time. The first time that the file has
 * gone when the kernel asks for it, ESTALE sends it back to look the name up again. The second time
 * it would give up (retry_estale): then the answer is what the name had when it was looked up,
 * which was within the call.
 */
final class ReplacedNames {
    private static final int REFUSED_MAX = 256;

    /** The kernel comes back at once. */
    private static final long LIFE_MILLIS = 1_000;

    private final InstantSource clock;

    /** By the thread that was refused, the oldest first. Guarded by this. */
    private final Map<Integer, Refused> refused = new BoundedMap<>(REFUSED_MAX);

    /**
     * @param since what the thread looked up after it was refused
     */
    private record Refused(long atMillis, Reply.@Nullable Entry since) {}

    ReplacedNames(InstantSource clock) {
        this.clock = clock;
    }

    /** A name was looked up. */
    synchronized Reply lookedUp(Request.Header header, Reply reply) {
        if (reply instanceof Reply.Entry entry) {
            refused.computeIfPresent(
                    header.pid(), (_, before) -> new Refused(before.atMillis(), entry));
        }
        return reply;
    }

    /** Attributes are asked for. */
    Reply.Attr stat(Request.Header header, Supplier<Reply.Attr> ask) {
        Reply.Entry since = take(header);
        try {
            return ask.get();
        } catch (FuseException e) {
            if (e.errno() != Errno.ESTALE) {
                throw e;
            }
            if (since != null) {
                return new Reply.Attr(since.attributes(), 0);
            }
            refuse(header.pid());
            throw e;
        }
    }

    /** On its way to the name the kernel may ask for the directories above it as well. */
    private synchronized Reply.@Nullable Entry take(Request.Header header) {
        Refused before = refused.get(header.pid());
        if (before == null
                || before.since() == null
                || before.since().nodeId() != header.nodeId()) {
            return null;
        }
        refused.remove(header.pid());
        return clock.millis() - before.atMillis() > LIFE_MILLIS ? null : before.since();
    }

    private synchronized void refuse(int thread) {
        refused.put(thread, new Refused(clock.millis(), null));
    }
}
