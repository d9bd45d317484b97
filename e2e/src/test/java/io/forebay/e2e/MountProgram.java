package io.forebay.e2e;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Scripts for which mount(8) has the program of Forebay. They run in a mount namespace of their
 * own, so that the machine keeps its programs, and its other namespaces know nothing of the mounts.
 */
public final class MountProgram {
    private static final String LINKS =
            """
            umount -l -a -t fuse.forebay # of others, which would have to wait for this to end
            sbin=$(readlink -f /sbin)
            mount --bind "$sbin" /mnt
            mount -t tmpfs tmpfs "$sbin"
            ln -s /mnt/* "$sbin"
            ln -sf "$LAUNCHER" "$sbin/mount.forebay"
            ln -sf "$LAUNCHER" "$sbin/mount.fuse.forebay"
            """;

    private MountProgram() {}

    /**
     * Runs a script of sh, which ends at its first failure.
     *
     * @param variables that it may use
     */
    public static Command.Outcome run(
            String script, Map<String, String> variables, Duration limit) {
        Map<String, String> all = new HashMap<>(variables);
        all.put("LC_ALL", "C");
        all.put(
                "LAUNCHER",
                Deployment.home().resolve("forebay").toAbsolutePath().normalize().toString());
        List<String> words = List.of("unshare", "--mount", "sh", "-euc", LINKS + script);
        return new Command(words, all, limit).run();
    }

    /** What mount(8) is to mount. */
    public static String source(Deployment deployment, String workspace) {
        return deployment.status().path("endpoints").path("grpc").asText() + "/" + workspace;
    }
}
