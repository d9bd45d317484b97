package io.forebay.e2e.durability;

import io.forebay.e2e.Eventually;
import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/**
 * A disk that loses power: a file system on a block device of its own, a file, which is cloned at
 * one moment. The clone has what the kernel had written to the device until then, and nothing that
 * was in the page cache only. Needs root.
 */
final class PowerDisk implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String WITNESS = "not-synced";
    private static final int WITNESS_BYTES = 1 << 20;
    private static final long DISK_BYTES = 3L << 30;

    private final Path shelf;
    private final Path mounted;
    private int disk;

    private PowerDisk(Path shelf, Path mounted) {
        this.shelf = shelf;
        this.mounted = mounted;
    }

    /**
     * An empty one.
     *
     * @param directory a free name; the disk is at {@code DIRECTORY/disk}
     * @param kind of file system: ext4 or xfs
     */
    static PowerDisk of(Path directory, String kind) throws IOException {
        Needs.root();
        Needs.need(Files.exists(Path.of("/dev/loop-control")), "no loop devices: modprobe loop");
        Needs.need(Needs.onPath("mkfs.xfs"), "mkfs.xfs is missing: apt-get install -y xfsprogs");
        Path shelf = Files.createDirectories(directory.resolve("shelf"));
        Path store = directory.resolve("shelf.img");
        sparse(store, 3 * DISK_BYTES);
        run("mkfs.xfs", "-q", "-m", "reflink=1", store.toString()); // files are cloned at once
        run("mount", "-o", "loop", store.toString(), shelf.toString());
        PowerDisk made = new PowerDisk(shelf, Files.createDirectories(directory.resolve("disk")));
        sparse(made.image(), DISK_BYTES);
        run("mkfs." + kind, "-q", made.image().toString());
        made.mount();
        return made;
    }

    Path directory() {
        return mounted;
    }

    /** This moment is the last one that the disk sees. */
    void cut() throws IOException {
        Files.write(mounted.resolve(WITNESS), new byte[WITNESS_BYTES]);
        Path now = image();
        disk++;
        run("cp", "--reflink=always", now.toString(), image().toString());
    }

    /** As after the next start of the machine. Nothing may run from it any more. */
    void restart() throws Exception {
        List<String> unmount = List.of("umount", mounted.toString());
        Command command = new Command(unmount, Map.of(), LIMIT);
        Eventually.holds("nothing runs on it", LIMIT, () -> command.run().status() == 0);
        Files.delete(shelf.resolve("disk-" + (disk - 1)));
        mount();
        Path witness = mounted.resolve(WITNESS);
        Assertions.assertTrue(
                !Files.exists(witness) || Files.size(witness) < WITNESS_BYTES,
                "no power was lost: what was not synced is there");
        Files.deleteIfExists(witness);
    }

    @Override
    public void close() {
        run("umount", "-l", mounted.toString());
        run("umount", "-l", shelf.toString());
    }

    private Path image() {
        return shelf.resolve("disk-" + disk);
    }

    private void mount() {
        run("mount", "-o", "loop", image().toString(), mounted.toString());
    }

    private static void sparse(Path file, long bytes) throws IOException {
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(bytes);
        }
    }

    private static void run(String... words) {
        Command.Outcome outcome = new Command(List.of(words), Map.of(), LIMIT).run();
        Assertions.assertEquals(0, outcome.status(), outcome::all);
    }
}
