package io.forebay.mount.fs;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Request;
import io.forebay.mount.nodes.BoundedMap;
import io.forebay.proto.Attributes;
import java.time.InstantSource;
import java.util.Map;

/**
 * Opens of files that have no name any more. Such an open comes by a name that another mount has
 * given away meanwhile, or by a descriptor (/proc/self/fd). To the first, ESTALE makes the kernel
 * look the name up again and come back with what has it now (do_filp_open); to the second, it comes
 * back with the same file, which is then opened.
 */
final class StaleNames {
    private static final int REFUSED_MAX = 256;

    /** The kernel comes back at once. */
    private static final long LIFE_MILLIS = 1_000;

    private final InstantSource clock;

    /** When each open was refused, the oldest first. Guarded by this. */
    private final Map<Opener, Long> refused = new BoundedMap<>(REFUSED_MAX);

    private record Opener(int pid, long ino) {}

    StaleNames(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * @throws FuseException ESTALE, the first time that a process opens a file without a name
     */
    synchronized void check(Request.Header header, Attributes attributes) {
        if (attributes.getNlink() > 0) {
            return;
        }
        Opener opener = new Opener(header.pid(), header.nodeId());
        Long before = refused.remove(opener);
        if (before == null || clock.millis() - before > LIFE_MILLIS) {
            refused.put(opener, clock.millis());
            throw new FuseException(Errno.ESTALE);
        }
    }
}
