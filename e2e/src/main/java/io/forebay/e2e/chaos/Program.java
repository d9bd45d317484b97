package io.forebay.e2e.chaos;

import io.forebay.e2e.chaos.site.Bucket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What an application does on a mount. Each step is in the ledger before it begins, and its outcome
 * after it: a step may fail, but not lie.
 */
final class Program {
    private static final int CHUNKS = 32;
    private static final int CHUNK_BYTES_MIN = 4 << 10;

    private static final Set<StandardOpenOption> ANEW =
            Set.of(
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING);

    private static final Set<StandardOpenOption> IN_PLACE = Set.of(StandardOpenOption.WRITE);

    private final Path root;
    private final Ledger ledger;
    private final List<String> errors = new ArrayList<>();

    Program(Path root, Ledger ledger) {
        this.root = root;
        this.ledger = ledger;
    }

    /** The steps that failed. */
    List<String> errors() {
        return errors;
    }

    /**
     * What is done while a file is written.
     *
     * @param midway after half of the bytes
     * @param beforeClose after the fsync, if there is one
     */
    record Pauses(Runnable midway, Runnable beforeClose) {
        static final Pauses NONE = new Pauses(() -> {}, () -> {});
    }

    void makeDirectory(String path) throws IOException {
        Files.createDirectory(root.resolve(path));
    }

    void write(String path, Content content, boolean sync) {
        write(path, content, sync, Pauses.NONE);
    }

    void write(String path, Content content, boolean sync, Pauses pauses) {
        Version version = new Version(path, content.digest(), content.bytes(), 0, ANEW);
        write(version, sync, pauses);
    }

    /** A part of a file that is there, or what follows it. */
    void update(String path, Content content, Content.Patch patch, boolean sync, Pauses pauses) {
        String digest = content.patched(patch).digest();
        write(new Version(path, digest, patch.bytes(), patch.at(), IN_PLACE), sync, pauses);
    }

    /** What bytes make of a file. */
    private record Version(
            String path, String digest, byte[] bytes, int at, Set<StandardOpenOption> how) {}

    private void write(Version version, boolean sync, Pauses pauses) {
        String path = version.path();
        Map<String, String> step = Map.of(path, version.digest());
        boolean synced = false;
        try (FileChannel file = FileChannel.open(root.resolve(path), version.how())) {
            file.position(version.at());
            writeChunks(file, version.bytes(), pauses.midway());
            ledger.begin(step);
            if (sync) {
                file.force(true);
                synced = true;
            }
            pauses.beforeClose().run();
        } catch (IOException failed) {
            errors.add("write " + path + ": " + failed.getMessage());
            if (!synced) {
                ledger.spoil(path);
                return;
            }
        }
        ledger.succeed(step);
    }

    private static void writeChunks(FileChannel file, byte[] bytes, Runnable midway)
            throws IOException {
        int chunk = Math.max(CHUNK_BYTES_MIN, Math.ceilDiv(bytes.length, CHUNKS));
        boolean half = false;
        for (int at = 0; at < bytes.length; ) {
            if (!half && at >= bytes.length / 2) {
                half = true;
                midway.run();
            }
            ByteBuffer next = ByteBuffer.wrap(bytes, at, Math.min(chunk, bytes.length - at));
            while (next.hasRemaining()) {
                at += file.write(next);
            }
        }
    }

    /** Also over a file that is there. */
    void rename(String from, String to) {
        Map<String, String> step = new LinkedHashMap<>();
        step.put(to, state(from));
        step.put(from, Bucket.ABSENT);
        step(
                "rename " + from + " to " + to,
                step,
                () ->
                        Files.move(
                                root.resolve(from),
                                root.resolve(to),
                                StandardCopyOption.ATOMIC_MOVE));
    }

    /** Of a directory with files alone. */
    void renameDirectory(String from, String to) {
        Map<String, String> step = new LinkedHashMap<>();
        for (String file : ledger.present()) {
            if (file.startsWith(from + "/")) {
                step.put(to + file.substring(from.length()), state(file));
                step.put(file, Bucket.ABSENT);
            }
        }
        step(
                "rename directory " + from + " to " + to,
                step,
                () ->
                        Files.move(
                                root.resolve(from),
                                root.resolve(to),
                                StandardCopyOption.ATOMIC_MOVE));
    }

    void delete(String path) {
        step("delete " + path, Map.of(path, Bucket.ABSENT), () -> Files.delete(root.resolve(path)));
    }

    /** What a failed write left, if it left anything. */
    void removeSpoiled(String path) {
        Map<String, String> step = Map.of(path, Bucket.ABSENT);
        step("delete " + path, step, () -> Files.deleteIfExists(root.resolve(path)));
    }

    /** Of empty directories, if it is there. */
    void removeTree(String path) throws IOException {
        if (!Files.exists(root.resolve(path))) {
            return;
        }
        List<Path> directories;
        try (Stream<Path> all = Files.walk(root.resolve(path))) {
            directories = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : directories) {
            Files.delete(each);
        }
    }

    private String state(String path) {
        return ledger.may(path).iterator().next();
    }

    private interface Call {
        void run() throws IOException;
    }

    private void step(String what, Map<String, String> step, Call call) {
        ledger.begin(step);
        try {
            call.run();
        } catch (IOException failed) {
            errors.add(what + ": " + failed);
            ledger.fail(step);
            return;
        }
        ledger.succeed(step);
    }
}
