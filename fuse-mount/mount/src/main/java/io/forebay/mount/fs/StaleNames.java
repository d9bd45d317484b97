package io.forebay.mount.fs;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.nodes.BoundedMap;
import io.forebay.mount.open.OpenFile;
import io.forebay.proto.Attributes;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Opens of files that have no name any more. Such an open comes by a name that another mount has
 * given away meanwhile, or by a descriptor (/proc/self/fd). To the first, ESTALE makes the kernel
 * look the name up again and come back with what has it now (do_filp_open); to the second, it comes
 * back with the same file, which is then opened. It comes back once: what has lost its name again
 * by then had it within the call, and is opened as well.
 */
final class StaleNames {
    private static final int REFUSED_MAX = 256;

    /** The kernel comes back at once. */
    private static final long LIFE_MILLIS = 1_000;

    private final InstantSource clock;

    /** By the thread that was refused, the oldest first. Guarded by this. */
    private final Map<Integer, Refused> refused = new BoundedMap<>(REFUSED_MAX);

    /**
     * @param since what the thread has looked up since; 0: nothing
     */
    private record Refused(long ino, long atMillis, long since) {}

    StaleNames(InstantSource clock) {
        this.clock = clock;
    }

    /** A name was looked up. */
    synchronized Reply lookedUp(Request.Header header, Reply reply) {
        if (reply instanceof Reply.Entry entry) {
            refused.computeIfPresent(
                    header.pid(),
                    (_, before) -> new Refused(before.ino(), before.atMillis(), entry.nodeId()));
        }
        return reply;
    }

    /** Opens, and remembers for the next time that the file is not there at all any more. */
    OpenFile open(Request.Header header, Supplier<OpenFile> work) {
        try {
            return work.get();
        } catch (FuseException e) {
            if (e.errno() == Errno.ESTALE) {
                refuse(header);
            }
            throw e;
        }
    }

    /**
     * @throws FuseException ESTALE, the first time in a call that a file without a name is opened
     */
    synchronized void check(Request.Header header, Attributes attributes) {
        Refused before = refused.remove(header.pid());
        boolean again =
                before != null
                        && clock.millis() - before.atMillis() <= LIFE_MILLIS
                        && (before.ino() == header.nodeId() || before.since() == header.nodeId());
        if (attributes.getNlink() == 0 && !again) {
            refuse(header);
            throw new FuseException(Errno.ESTALE);
        }
    }

    private synchronized void refuse(Request.Header header) {
        refused.put(header.pid(), new Refused(header.nodeId(), clock.millis(), 0));
    }
}
