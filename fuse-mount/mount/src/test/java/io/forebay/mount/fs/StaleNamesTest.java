package io.forebay.mount.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.proto.Attributes;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a thread hears that opens names which are replaced again and again (I3). */
final class StaleNamesTest {
    private static final int THREAD = 42;

    private final AtomicLong now = new AtomicLong(1_000_000);
    private final StaleNames names = new StaleNames(() -> Instant.ofEpochMilli(now.get()));

    private static Request.Header header(int thread, long ino) {
        return new Request.Header(1, ino, 0, 0, thread);
    }

    private void lookUp(int thread, long ino) {
        io.forebay.fuse.Attributes attributes =
                new io.forebay.fuse.Attributes(ino, 0100644, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        names.lookedUp(header(thread, 1), new Reply.Entry(ino, 0, attributes, 1, 1));
    }

    private void open(int thread, long ino, int links) {
        names.check(
                header(thread, ino), Attributes.newBuilder().setIno(ino).setNlink(links).build());
    }

    private void isRefused(int thread, long ino) {
        FuseException refused = assertThrows(FuseException.class, () -> open(thread, ino, 0));
        assertEquals(Errno.ESTALE, refused.errno());
    }

    private void isGone(int thread, long ino) {
        assertThrows(
                FuseException.class,
                () ->
                        names.open(
                                header(thread, ino),
                                () -> {
                                    throw new FuseException(Errno.ESTALE);
                                }));
    }

    @Test
    void whatIsReplacedTwiceIsOpenedAsItWasInTheMeantime() {
        isRefused(THREAD, 2);
        lookUp(THREAD, 3);
        lookUp(THREAD, 4); // the kernel looks twice
        open(THREAD, 4, 0);
        isRefused(THREAD, 4);
    }

    @Test
    void alsoWhereTheFirstHasGoneAltogether() {
        isGone(THREAD, 2);
        lookUp(THREAD, 3);
        open(THREAD, 3, 0);
    }

    @Test
    void whatComesByADescriptorIsTheSameFile() {
        isRefused(THREAD, 2);
        open(THREAD, 2, 0);
        isRefused(THREAD, 2);
    }

    @Test
    void whatWasLookedUpBeforeTheCallIsRefused() {
        lookUp(THREAD, 3);
        isRefused(THREAD, 2);
        isRefused(THREAD, 3);
        lookUp(THREAD, 4);
        open(THREAD, 4, 1);
        isRefused(THREAD, 4);
    }

    @Test
    void otherThreadsAndOldRefusalsDoNotCount() {
        isRefused(THREAD, 2);
        lookUp(THREAD + 1, 3);
        isRefused(THREAD, 3);
        lookUp(THREAD, 4);
        now.addAndGet(2_000);
        isRefused(THREAD, 4);
    }
}
