package io.forebay.fuse.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MountTableTest {
    @Test
    void aLineOfTheTable() {
        String line = "98 27 0:52 / /mnt/a\\040b\\134$ rw,nosuid shared:1 - fuse.forebay ws rw";
        MountTable.Entry entry = MountTable.parse(line).orElseThrow();
        assertEquals(new MountTable.Entry(52, "/mnt/a b\\$", "fuse.forebay"), entry);
        assertTrue(entry.isFuse());
        assertEquals(Optional.empty(), MountTable.parse(""));
        assertEquals(Optional.empty(), MountTable.parse("98 27 0:52 / /mnt rw"));
    }

    @Test
    void namesAreUtf8() {
        String bytes =
                new String("/ü".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        String line = "98 27 0:52 / " + bytes + " rw - tmpfs none rw";
        assertEquals("/ü", MountTable.parse(line).orElseThrow().mountPoint());
    }

    @Test
    void thisMachine() throws Exception {
        assertEquals("proc", MountTable.at(Path.of("/proc")).orElseThrow().type());
        assertEquals(Optional.empty(), MountTable.at(Path.of("/no/such/mount")));
    }
}
