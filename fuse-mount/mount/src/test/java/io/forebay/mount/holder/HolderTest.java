package io.forebay.mount.holder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HolderTest {
    private static final Instant START = Instant.ofEpochSecond(1_000_000);

    @Test
    void whatServedForAWhileIsReplacedAtOnce() {
        Deaths deaths = new Deaths();
        Instant now = START;
        for (int death = 0; death < 100; death++) {
            now = now.plusSeconds(20);
            assertTrue(deaths.another(now, Duration.ofSeconds(15)));
            assertEquals(Duration.ZERO, deaths.backOff());
        }
    }

    @Test
    void whatDiesSoonIsReplacedEverLaterAndThenNotAtAll() {
        Deaths deaths = new Deaths();
        Duration before = Duration.ZERO;
        for (int death = 0; death < 10; death++) {
            assertTrue(deaths.another(START, Duration.ZERO));
            assertTrue(deaths.backOff().compareTo(before) >= 0);
            assertTrue(deaths.backOff().compareTo(Duration.ofSeconds(5)) <= 0);
            before = deaths.backOff();
        }
        assertFalse(deaths.another(START, Duration.ZERO));
        assertTrue(new Deaths().another(START, Duration.ZERO));
    }

    @Test
    void anHourHasItsBound() {
        Deaths deaths = new Deaths();
        Instant now = START;
        int many = 0;
        while (deaths.another(now, Duration.ofSeconds(3))) {
            now = now.plusSeconds(4);
            many++;
        }
        assertEquals(240, many);
        assertTrue(deaths.another(now.plusSeconds(3600), Duration.ofSeconds(3)));
    }

    @Test
    void noCacheOfOldJars(@TempDir Path directory) throws IOException {
        Path cache = directory.resolve("mount.aot");
        List<String> flags = List.of("-XX:AOTCache=" + cache, "-Xmx96m");
        assertEquals(List.of("-Xmx96m"), MountRun.fitting(flags));
        Files.createFile(cache);
        Files.setLastModifiedTime(cache, FileTime.fromMillis(0));
        assertEquals(List.of("-Xmx96m"), MountRun.fitting(flags));
        Files.setLastModifiedTime(cache, FileTime.from(Instant.parse("2999-01-01T00:00:00Z")));
        assertEquals(flags, MountRun.fitting(flags));
    }

    @Test
    void itsOwnArgumentsAndTheMounts() {
        HolderArguments arguments =
                HolderArguments.parse(
                        "--jvm=-Xmx96m",
                        "--record",
                        "/run/x.pid",
                        "--workspace",
                        "w",
                        "--mount-point",
                        "/m",
                        "--hang-seconds",
                        "60");
        assertEquals(Path.of("/m"), arguments.mountPoint());
        assertEquals(Path.of("/run/x.pid"), arguments.record().orElseThrow());
        assertEquals(Duration.ofSeconds(60), arguments.hang());
        assertEquals(List.of("-Xmx96m"), arguments.jvm());
        assertEquals(List.of("--workspace", "w", "--mount-point", "/m"), arguments.mount());
        assertFalse(arguments.restart());
        assertTrue(HolderArguments.parse("--restart", "/m").restart());
    }

    @Test
    void badArgumentsAreExplained() {
        for (String[] bad :
                new String[][] {
                    {},
                    {"--record"},
                    {"--mount-point", "/m", "--hang-seconds", "1"},
                    {"--mount-point", "/m", "--hang-seconds", "soon"},
                    {"--restart", "/m", "--workspace", "w"}
                }) {
            assertThrows(HolderArguments.UsageException.class, () -> HolderArguments.parse(bad));
        }
    }

    @Test
    void eachMountPointHasItsSocket() {
        assertEquals(HolderSocket.of(Path.of("/a/b")), HolderSocket.of(Path.of("/a/./b")));
        assertNotEquals(HolderSocket.of(Path.of("/a/b")), HolderSocket.of(Path.of("/a/c")));
        assertTrue(HolderSocket.of(Path.of("/a/" + "b".repeat(500))).toString().length() < 100);
    }
}
