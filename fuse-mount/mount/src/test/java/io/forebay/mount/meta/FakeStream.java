package io.forebay.mount.meta;

import io.forebay.proto.Change;
import io.forebay.proto.FailureKind;
import io.forebay.proto.WatchReply;
import io.forebay.schema.ForebayException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;

/** The stream of changes, as a test tells it. Who is new has missed all that was before. */
public final class FakeStream {
    private final BlockingQueue<Optional<WatchReply>> replies = new LinkedBlockingQueue<>();
    private volatile boolean down;

    public void tell(Change... changes) {
        WatchReply reply = WatchReply.newBuilder().addAllChanges(Arrays.asList(changes)).build();
        replies.add(Optional.of(reply));
    }

    /** It ends, and cannot be had until {@link #mend}. */
    public void lose() {
        down = true;
        replies.add(Optional.empty());
    }

    public void mend() {
        replies.clear();
        down = false;
    }

    /** Replies that the mount has not taken yet. */
    public int waiting() {
        return replies.size();
    }

    void follow(Predicate<WatchReply> told) {
        try {
            Optional<WatchReply> next =
                    Optional.of(WatchReply.newBuilder().setMissed(true).build());
            while (!down && next.isPresent() && told.test(next.get())) {
                next = replies.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new ForebayException(FailureKind.FAILURE_UNAVAILABLE, "no stream of changes");
    }
}
