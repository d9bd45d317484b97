package io.forebay.mount.watch;

import java.util.stream.LongStream;

/** What a mount itself knows of nodes. Called by a thread that answers no requests. */
public interface Remembered {
    /** The nodes that the kernel may know: may be millions. */
    LongStream known();

    /** Whether a program has the file open. */
    boolean isOpen(long ino);

    /** Somebody else changed the node: what is known of it is old. */
    void forget(long ino);

    void forgetAll();
}
