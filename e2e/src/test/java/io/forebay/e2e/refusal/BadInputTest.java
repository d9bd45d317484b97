package io.forebay.e2e.refusal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Deployment;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot work is refused in one line that says what to do, and leaves nothing behind. */
final class BadInputTest {
    private static final int NOBODY = 65_534;

    /** A /dev of the wanted devices, in place of the real one. */
    private static final String DEVICES =
            """
            mkdir "$DEV"
            mount -t tmpfs none "$DEV"
            for each in null zero full random urandom; do
              : >"$DEV/$each"
              mount --bind "/dev/$each" "$DEV/$each"
            done
            """;

    @TempDir private Path directory;

    private Deployment deployment = new Deployment(Path.of(""), Path.of(""));

    @BeforeEach
    void anInstance() {
        deployment = new Deployment(Deployment.home(), directory);
    }

    @AfterEach
    void end() {
        deployment.close();
    }

    @Test
    void aMountPointThatHoldsFilesIsLeftAlone() throws Exception {
        Path kept = deployment.mountPoint().resolve("kept");
        Files.createDirectories(deployment.mountPoint());
        Files.writeString(kept, "mine");
        Refusal.of(deployment).up("name an empty directory");
        assertEquals("mine", Files.readString(kept));
    }

    @Test
    void whatIsMountedAlreadyStaysSo() throws Exception {
        Needs.root();
        try (SmallDisk other = SmallDisk.mount(deployment.mountPoint(), 1)) {
            Path kept = other.directory().resolve("kept");
            Files.writeString(kept, "mine");
            Refusal.of(deployment).up("`umount " + deployment.mountPoint() + "`");
            assertEquals("mine", Files.readString(kept));
        }
    }

    @Test
    void aMissingLibfuseIsNamed() throws Exception {
        Needs.root();
        String hide =
                "for each in /usr/lib/*/libfuse.so.2; do"
                        + " [ ! -e $each ] || mount --bind /dev/null $each; done";
        Refusal.of(deployment).after(hide).up("apt-get install -y libfuse2", "--fuse=jnr");
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            for (String option : new String[] {"--http-port", "--s3-port"}) {
                String line = Refusal.of(deployment).up("choose another port", option, port);
                assertTrue(line.contains(option + " " + port), line);
            }
        }
    }

    @Test
    void aWorkspaceNameThatCannotBeIsExplained() throws Exception {
        Refusal.of(deployment).up("lower-case letters", "--workspace", "Not A Name");
    }

    @Test
    void aForeignStateDirectoryIsNotWrittenTo() throws Exception {
        Path kept = deployment.state().resolve("thesis.txt");
        Files.createDirectories(deployment.state());
        Files.writeString(kept, "mine");
        Refusal.of(deployment).up("name an empty directory with --state");
        assertEquals("mine", Files.readString(kept));
    }

    @Test
    void damagedSettingsAreKept() throws Exception {
        Path settings = deployment.state().resolve("forebay.json");
        Files.createDirectories(deployment.state());
        for (String damaged :
                new String[] {"", "{", "{}", "null", "[]", "{\"mountPoint\": \"/mnt\"}"}) {
            Files.writeString(settings, damaged);
            Refusal.of(deployment).up("forebay.json is damaged: restore it");
            assertEquals(damaged, Files.readString(settings));
        }
    }

    @Test
    void withoutTheDeviceItSaysHowToGetIt() throws Exception {
        Needs.root();
        withDevices("").up("modprobe fuse");
    }

    @Test
    void withoutTheProgramThatMountsItSaysHowToGetIt() throws Exception {
        Needs.root();
        String programs =
                """
                mkdir "$BIN"
                mount -t tmpfs none "$BIN"
                ln -sf /bin/* /usr/bin/* "$BIN"
                rm "$BIN/fusermount3"
                export PATH="$BIN"
                """;
        Refusal.of(deployment)
                .behind("env", "BIN=" + directory.resolve("bin"))
                .after(programs)
                .up("apt-get install -y fuse3");
    }

    @Test
    void aDeviceThatIsNotForEverybodyIsNamed() throws Exception {
        asNobody();
        withDevices("mknod -m 600 \"$DEV/fuse\" c 10 229")
                .behind(nobody())
                .up("chmod 666 /dev/fuse");
    }

    /** The kernel gives set-uid programs no more rights here: as in many containers. */
    @Test
    void aUserWhoMayNotMountLearnsWhy() throws Exception {
        asNobody();
        withDevices("mknod -m 666 \"$DEV/fuse\" c 10 229")
                .behind(nobody())
                .behind("--no-new-privs")
                .up("Mount as root");
    }

    @Test
    void rootOfAContainerLearnsWhatItLacks() throws Exception {
        Needs.root();
        Refusal.of(deployment)
                .behind("setpriv", "--inh-caps=-sys_admin", "--bounding-set=-sys_admin")
                .up("--cap-add SYS_ADMIN");
    }

    private Refusal withDevices(String more) {
        String shown = DEVICES + more + "\nmount --rbind \"$DEV\" /dev";
        return Refusal.of(deployment).behind("env", "DEV=" + directory.resolve("dev")).after(shown);
    }

    private static String[] nobody() {
        String id = Integer.toString(NOBODY);
        return new String[] {"setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups"};
    }

    /** The instance is a plain user's, in directories of their own. */
    private void asNobody() throws Exception {
        Needs.root();
        Needs.readableByAll(Deployment.home().resolve("forebay"));
        Path own = Files.createDirectory(directory.resolve("user"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        Files.setAttribute(own, "unix:uid", NOBODY);
        deployment = new Deployment(Deployment.home(), own, Map.of("HOME", own.toString()));
    }
}
