package io.forebay.e2e.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Access control lists on the mount are what they are on the file system of this machine: the same
 * random commands, by several users, say the same on both.
 */
final class AccessListTest {
    private static final long SEED = Long.getLong("forebay.seed", 20_261_127);
    private static final int COMMANDS = 250;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final List<String> NAMES = List.of("a", "b", "d", "d/a", "d/e", "d/e/a", "s");
    private static final List<String> MODES =
            List.of("0", "600", "640", "644", "664", "755", "770", "777", "2775", "4711", "1777");

    /** Who acts: the owner of all, somebody in the lists, and somebody of a group in them. */
    private static final List<String> USERS = List.of("0:0", "1001:1001", "1003:1002");

    private static final List<String> ENTRIES =
            List.of(
                    "u:1001:rwx",
                    "u:1001:r",
                    "u:1003:-",
                    "g:1002:rx",
                    "g:1002:w",
                    "m::rx",
                    "m::-",
                    "u::rw",
                    "g::rwx",
                    "o::-",
                    "o::rx");

    @TempDir private Path directory;

    @Test
    void theSameCommandsSayTheSameAsOnTheLocalFileSystem() throws Exception {
        Needs.fuse();
        Needs.root();
        Suites.accessLists(directory);
        String script = script(new Random(SEED));
        Path local = Files.createDirectory(directory.resolve("local"));
        String expected = run(script, local);
        assertTrue(expected.contains("default:user:1001:"), "lists were inherited");
        assertTrue(expected.contains("Permission denied"), "somebody was refused");
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up();
            Path mounted = Files.createDirectory(deployment.mountPoint().resolve("work"));
            assertEquals(expected, run(script, mounted), () -> "seed " + SEED);
            String before = listed(mounted);
            assertFalse(before.isBlank());
            assertEquals(0, deployment.down().status());
            deployment.up();
            assertEquals(before, listed(mounted), "after a restart");
        }
    }

    private static String listed(Path where) {
        return run("getfacl -Rn . | sort", where);
    }

    private static String run(String script, Path where) {
        Command.Outcome outcome =
                new Command(
                                List.of("env", "-C", where.toString(), "bash", "-c", script),
                                Map.of("LC_ALL", "C"),
                                LIMIT)
                        .run();
        assertEquals(0, outcome.status(), outcome::all);
        return outcome.out();
    }

    /** Each command with its status, and the list and mode of what it was about. */
    private static String script(Random random) {
        StringBuilder script =
                new StringBuilder(
                        """
                        exec 2>&1
                        as() {
                          setpriv --reuid="${1%:*}" --regid="${1#*:}" --clear-groups "${@:2}"
                        }
                        tell() {
                          echo "= $1"; shift; eval "$1" | sort; echo "-> ${PIPESTATUS[0]}"
                          [ ! -e "$2" ] || { getfacl -pn "$2"; stat -c '%a %u %g %F' "$2"; }
                        }
                        chmod 777 .; mkdir d d/e; touch a d/a; setfacl -d -m u:1001:rwx,g:1002:rx d
                        """);
        for (int i = 0; i < COMMANDS; i++) {
            String name = one(random, NAMES);
            String words = one(random, USERS) + " " + command(random, name);
            script.append("tell %d 'as %s' %s%n".formatted(i, words, name));
        }
        return script.append("getfacl -Rn . | sort\nexit 0\n").toString();
    }

    private static String command(Random random, String name) {
        String shell = "bash -c \"umask " + one(random, List.of("0", "22", "77")) + "; ";
        return switch (random.nextInt(17)) {
            case 0, 1 -> "setfacl -m " + entries(random) + " " + name;
            case 2, 3 -> "setfacl -d -m " + entries(random) + " " + name;
            case 4 -> "setfacl -x u:1001 " + name;
            case 5 -> "setfacl -" + one(random, List.of("b", "k")) + " " + name;
            case 6 -> "chmod " + one(random, MODES) + " " + name;
            case 7 -> "chown " + one(random, USERS) + " " + name;
            case 8 -> shell + "mkdir " + name + "\"";
            case 9 -> shell + "mkfifo " + name + "\"";
            case 10 -> shell + "touch " + name + "\"";
            case 11 -> "rm -rf " + name;
            case 12 -> "test -w " + name;
            case 13 -> "test -r " + name;
            case 14 -> "ls " + name;
            case 15 -> "ln -s a " + name;
            default -> shell + "cp -a " + one(random, NAMES) + " " + name + ".copy\"";
        };
    }

    private static String entries(Random random) {
        List<String> some = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            some.add(one(random, ENTRIES));
        }
        return String.join(",", some.stream().distinct().toList());
    }

    private static <T> T one(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
