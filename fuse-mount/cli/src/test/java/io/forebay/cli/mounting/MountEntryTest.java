package io.forebay.cli.mounting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Fuse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MountEntryTest {
    private static MountEntry entry(String options) {
        return MountEntry.parse(List.of("127.0.0.1:7001/data", "/mnt/data", "-o", options));
    }

    private static String flags(String options) {
        return entry(options).arguments().getLast();
    }

    @Test
    void aLineOfFstabBecomesArgumentsOfTheMount() {
        MountEntry entry =
                MountEntry.parse(
                        List.of("10.0.0.1:7001/data", "/mnt/../data", "-sv", "-o", "rw,node=n1"));
        assertEquals(
                List.of(
                        "--control-plane",
                        "10.0.0.1:7001",
                        "--workspace",
                        "data",
                        "--mount-point",
                        "/data",
                        "--source",
                        "10.0.0.1:7001/data",
                        "--node",
                        "n1",
                        "--options",
                        "suid,dev,rw"),
                entry.arguments());
        assertEquals(Fuse.KERNEL, entry.fuse());
        assertEquals(Optional.empty(), entry.log());
    }

    @Test
    void whatConcernsOthersIsLeftOut() {
        assertEquals(
                "suid,dev,ro,nosuid",
                flags("ro,_netdev,noauto,nofail,x-systemd.automount,x-a=b,nosuid,relatime"));
    }

    @Test
    void optionsOfTheMount() {
        MountEntry entry = entry("no-passthrough,threads=4,fuse=jnr,log=/tmp/l");
        assertTrue(entry.arguments().contains("--no-passthrough"));
        assertTrue(entry.arguments().containsAll(List.of("--threads", "4")));
        assertEquals(Fuse.JNR, entry.fuse());
        assertEquals(Optional.of(Path.of("/tmp/l")), entry.log());
    }

    @Test
    void theNodeOfALoopbackAddressIsTheOneThatUpRunsOn() {
        List<String> arguments = entry("rw").arguments();
        assertEquals("local", arguments.get(arguments.indexOf("--node") + 1));
    }

    @Test
    void remountIsTheKernels() {
        MountEntry entry = entry("remount,ro");
        assertTrue(entry.isRemount());
        assertEquals(List.of("mount", "-i", "-o", "remount,ro", "/mnt/data"), entry.remount());
        assertFalse(entry("ro").isRemount());
    }

    @Test
    void whatIsWrongIsNamed() {
        assertTrue(message("127.0.0.1:7001/data", "/mnt", "-o", "wrong").contains("wrong"));
        assertTrue(message("127.0.0.1:7001/data", "/mnt", "-o", "node").contains("node"));
        assertTrue(message("127.0.0.1/data", "/mnt").contains("HOST:PORT/WORKSPACE"));
        assertTrue(message("127.0.0.1:7001/data").contains("usage"));
        assertTrue(message("127.0.0.1:7001/data", "/mnt", "-o").contains("usage"));
        assertTrue(message("127.0.0.1:7001/data", "/mnt", "-o", "fuse=x").contains("fuse"));
    }

    private static String message(String... words) {
        return String.valueOf(
                assertThrows(
                                CliFailure.class,
                                () -> {
                                    MountEntry entry = MountEntry.parse(List.of(words));
                                    entry.fuse();
                                    entry.arguments();
                                })
                        .getMessage());
    }
}
