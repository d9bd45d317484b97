package io.forebay.mount.nodes;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.Attributes;
import io.forebay.proto.FlushState;
import org.junit.jupiter.api.Test;

final class CachedContentsTest {
    private final CachedContents cached = new CachedContents();

    private static Attributes.Builder file(long ino) {
        return Attributes.newBuilder()
                .setIno(ino)
                .setGeneration(3)
                .setCtimeNanos(7)
                .setFlushState(FlushState.FLUSH_STATE_QUEUED);
    }

    @Test
    void whatWasOpenedBeforeIsKeptUntilItChanges() {
        assertFalse(cached.opened(file(2).build()));
        assertTrue(cached.opened(file(2).build()));
        assertTrue(
                cached.opened(file(2).setFlushState(FlushState.FLUSH_STATE_CLEAN).build()),
                "the upload changes nothing");
        assertFalse(cached.opened(file(2).setGeneration(4).build()));
        assertFalse(cached.opened(file(2).setGeneration(4).setCtimeNanos(8).build()));
        assertTrue(cached.opened(file(2).setGeneration(4).setCtimeNanos(8).build()));
    }

    @Test
    void nothingIsKeptWhileSomebodyMayWrite() {
        Attributes written = file(2).setFlushState(FlushState.FLUSH_STATE_OPEN).build();
        assertFalse(cached.opened(written));
        assertFalse(cached.opened(written));
        assertTrue(cached.opened(file(2).build()), "nothing came of the writer");
    }

    @Test
    void oneInodeIsNotTakenForAnother() {
        assertFalse(cached.opened(file(2).build()));
        assertFalse(cached.opened(file(2 + (1 << 14)).build()));
        assertFalse(cached.opened(file(2).build()));
    }
}
