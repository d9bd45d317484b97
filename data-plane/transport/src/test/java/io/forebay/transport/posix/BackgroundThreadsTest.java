package io.forebay.transport.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

final class BackgroundThreadsTest {
    /** The field of proc_pid_stat(5) after the command's closing parenthesis: state is 0. */
    private static final int NICE_FIELD = 16;

    @Test
    void aBackgroundThreadYieldsAndItsMakerDoesNot() throws Exception {
        int before = nice();
        FutureTask<Integer> inside = new FutureTask<>(BackgroundThreadsTest::nice);
        new BackgroundThreads("test-").newThread(inside).start();

        assertEquals(10, inside.get());
        assertEquals(before, nice());
    }

    private static int nice() throws Exception {
        String stat = Files.readString(Path.of("/proc/thread-self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Integer.parseInt(fields[NICE_FIELD]);
    }
}
