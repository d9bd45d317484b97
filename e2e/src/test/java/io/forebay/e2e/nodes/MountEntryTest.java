package io.forebay.e2e.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.Eventually;
import io.forebay.e2e.MountProgram;
import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** mount(8), umount(8) and fstab, with the links that docs/NODES.md has. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MountEntryTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static final String TIDY = "trap 'umount -l \"$DIR\" 2>/dev/null || true' EXIT\n";

    private final Path directory;
    private final Deployment deployment;

    MountEntryTest(@TempDir Path directory) {
        this.directory = directory;
        deployment = new Deployment(Deployment.home(), directory);
    }

    @BeforeAll
    void start() throws Exception {
        Needs.fuse();
        Needs.root();
        deployment.up();
        Files.createDirectory(directory.resolve("by mount"));
    }

    @AfterAll
    void stop() {
        deployment.close();
    }

    @Test
    void umountEndsAllOfItAndTheNextMountWorksAtOnce() throws Exception {
        Command.Outcome outcome =
                script(
                        """
                        mount -t forebay "$SOURCE" "$DIR" -o "log=$LOG"
                        findmnt -n -o SOURCE "$DIR"
                        echo hello > "$DIR/file"
                        umount "$SOURCE"
                        mount -t forebay "$SOURCE" "$DIR" -o "log=$LOG"
                        cat "$DIR/file"
                        umount "$DIR"
                        """);
        assertEquals(0, outcome.status(), () -> outcome.all() + deployment.logs());
        assertEquals(
                MountProgram.source(deployment, "default") + "\nhello\n",
                outcome.out(),
                outcome::all);
        nothingRuns();
    }

    @Test
    void aLineOfFstabIsHonoured() throws Exception {
        Command.Outcome outcome =
                script(
                        """
                        dir=$(echo "$DIR" | sed 's/ /\\\\040/g')
                        options="ro,nosuid,noauto,_netdev,log=$LOG"
                        printf '%s\\n' "$SOURCE $dir forebay $options 0 0" > "$FSTAB"
                        mount -T "$FSTAB" "$DIR"
                        findmnt -n -o OPTIONS "$DIR"
                        ! touch "$DIR/new"
                        mount -o remount,rw "$DIR"
                        touch "$DIR/new"
                        mount -a -T "$FSTAB"
                        umount "$DIR"
                        """);
        assertEquals(0, outcome.status(), () -> outcome.all() + deployment.logs());
        List<String> flags = List.of(outcome.out().lines().findFirst().orElse("").split(","));
        assertTrue(flags.contains("ro") && flags.contains("nosuid"), outcome::all);
        assertTrue(!flags.contains("nodev"), outcome::all);
        assertTrue(outcome.err().contains("Read-only file system"), outcome::all);
        nothingRuns();
    }

    @Test
    void whatCannotBeMountedIsSaidInOneLineAndLeavesNothing() throws Exception {
        refused("mount -t forebay \"$SOURCE\" \"$DIR\" -o \"log=$LOG,wrong\"", "option wrong");
        refused("mount -t forebay \"${SOURCE%/*}/absent\" \"$DIR\" -o \"log=$LOG\"", "\"absent\"");
        refused("mount -t forebay nowhere \"$DIR\" -o \"log=$LOG\"", "HOST:PORT/WORKSPACE");
        nothingRuns();
    }

    private void refused(String command, String why) {
        Command.Outcome outcome = script(command + "\n");
        assertTrue(outcome.status() != 0, outcome::all);
        assertEquals(1, outcome.err().lines().count(), outcome::all);
        assertTrue(outcome.err().contains(why), outcome::all);
    }

    private Command.Outcome script(String body) {
        Map<String, String> variables =
                Map.of(
                        "SOURCE",
                        MountProgram.source(deployment, "default"),
                        "DIR",
                        directory.resolve("by mount").toString(),
                        "LOG",
                        directory.resolve("mount-entry.log").toString(),
                        "FSTAB",
                        directory.resolve("fstab").toString());
        return MountProgram.run(TIDY + body, variables, LIMIT);
    }

    private void nothingRuns() throws Exception {
        String mine = directory.resolve("by mount").toString();
        Eventually.holds(
                "no process of the mount is left",
                Duration.ofSeconds(30),
                () ->
                        ProcessHandle.allProcesses()
                                .noneMatch(each ->
                                        each.info().commandLine().orElse("").contains(mine)));
    }
}
