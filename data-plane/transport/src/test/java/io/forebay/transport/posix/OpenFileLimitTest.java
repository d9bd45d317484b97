package io.forebay.transport.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class OpenFileLimitTest {
    @Test
    void aProcessKeepsSomeForItself() {
        assertEquals(1_048_576 - 512, OpenFileLimit.forOthers(1_048_576));
        assertEquals(512, OpenFileLimit.forOthers(1024));
        assertEquals(100, OpenFileLimit.forOthers(200));
        assertEquals(Integer.MAX_VALUE - 512, OpenFileLimit.forOthers(-1));
    }

    @Test
    void thisProcessHasALimit() {
        assertTrue(OpenFileLimit.forOthers() > 0);
    }
}
