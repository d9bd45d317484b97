package io.forebay.mount.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a thread hears of names that are replaced again and again while it asks (I3). */
final class ReplacedNamesTest {
    private static final int THREAD = 42;

    private final AtomicLong now = new AtomicLong(1_000_000);
    private final ReplacedNames names = new ReplacedNames(() -> Instant.ofEpochMilli(now.get()));

    private static Request.Header header(int thread, long ino) {
        return new Request.Header(1, ino, 0, 0, thread);
    }

    private static Attributes attributes(long ino) {
        return new Attributes(ino, 0100644, 1, 0, 0, 0, ino * 10, 0, 0, 0, 0, 0);
    }

    private void lookUp(int thread, long ino) {
        names.lookedUp(header(thread, 1), new Reply.Entry(ino, 0, attributes(ino), 1, 1));
    }

    private Reply.Attr gone(int thread, long ino) {
        return names.stat(
                header(thread, ino),
                () -> {
                    throw new FuseException(Errno.ESTALE);
                });
    }

    private void isRefused(int thread, long ino) {
        FuseException refused = assertThrows(FuseException.class, () -> gone(thread, ino));
        assertEquals(Errno.ESTALE, refused.errno());
    }

    @Test
    void theSecondTimeTheAnswerIsWhatTheNameHadWhenItWasLookedUp() {
        lookUp(THREAD, 2);
        isRefused(THREAD, 2);
        Reply.Attr directory = new Reply.Attr(attributes(1), 7);
        assertEquals(directory, names.stat(header(THREAD, 1), () -> directory));
        lookUp(THREAD, 3);
        lookUp(THREAD, 4); // the kernel looks twice
        assertEquals(new Reply.Attr(attributes(4), 0), gone(THREAD, 4));
        isRefused(THREAD, 4);
    }

    @Test
    void whatWasLookedUpBeforeTheCallIsNoAnswer() {
        isRefused(THREAD, 2);
        lookUp(THREAD, 3);
        Reply.Attr there = new Reply.Attr(attributes(3), 7);
        assertEquals(there, names.stat(header(THREAD, 3), () -> there));
        isRefused(THREAD, 3);
        isRefused(THREAD, 3);
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
