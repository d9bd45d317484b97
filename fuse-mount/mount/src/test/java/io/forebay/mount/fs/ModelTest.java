package io.forebay.mount.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random operations, on the file system and on a naive model; each answer must be the same (I3, I7
 * on one mount). Replay with {@code -Dforebay.seed=N}.
 */
final class ModelTest {
    private static final int STEPS = 4000;
    private static final int OPEN_MOST = 6;
    private static final int SIZE_MOST = 20_000;
    private static final String[] NAMES = {"a", "b", "c", "\u00e9"};

    @TempDir Path directory;

    private long seed;
    private Random random = new Random(0);
    private ReferenceModel model = new ReferenceModel();

    /** A file that both sides have open. */
    private record Held(long ino, long handle, boolean write, ReferenceModel.Node node) {}

    private final List<Held> held = new ArrayList<>();

    private static long seed(long standard) {
        String given = System.getProperty("forebay.seed", "");
        return given.isEmpty() ? standard : Long.parseLong(given);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void theFileSystemDoesWhatTheModelDoes(long standard) throws InterruptedException {
        seed = seed(standard);
        random = new Random(seed);
        model = new ReferenceModel();
        try (Stage stage = Stage.in(directory)) {
            ForebayFileSystem fileSystem = stage.fileSystem(new FakeBacking(false));
            TestKernel kernel = new TestKernel(fileSystem);
            for (int step = 0; step < STEPS; step++) {
                step(kernel, "seed %d step %d".formatted(seed, step));
            }
            while (!held.isEmpty()) {
                Held file = held.removeLast();
                kernel.close(file.ino(), file.handle());
            }
            Stage.drain(fileSystem);
            assertEquals(List.of(), openByName(stage), "seed " + seed);
            compare(kernel, stage, "");
            kernel.lookups()
                    .forEach((ino, count) ->
                            assertEquals(count, fileSystem.lookups(ino), "seed " + seed));
            kernel.forgetAll();
            assertEquals(0, fileSystem.knownNodes());
            fileSystem.close();
            assertEquals(0, fileSystem.openFiles());
            assertEquals(0, fileSystem.unreleasedFiles());
            assertEquals(List.of(), stage.metadata().open(), "seed " + seed);
        }
    }

    /** What has no name the file system itself has open, as long as the kernel knows it. */
    private static List<Long> openByName(Stage stage) {
        return stage.metadata().open().stream()
                .filter(ino -> stage.metadata().attributes(ino).getNlink() > 0)
                .toList();
    }

    private void step(TestKernel kernel, String where) {
        String path = path();
        switch (random.nextInt(14)) {
            case 0, 1 -> create(kernel, path, where);
            case 2 ->
                    same(
                            where + " mkdir " + path,
                            () -> {
                                kernel.makeDirectory(directory(kernel, parent(path)), last(path));
                                return "";
                            },
                            () -> {
                                model.add(path, ReferenceModel.directory());
                                return "";
                            });
            case 3 -> remove(kernel, path, random.nextBoolean(), where);
            case 4, 5 -> rename(kernel, path, path(), where);
            case 6 -> link(kernel, path, where);
            case 7, 8 -> open(kernel, path, where);
            case 9, 10 -> write(kernel);
            case 11 -> read(kernel, where);
            case 12 -> truncate(kernel, path, where);
            default -> look(kernel, path, where);
        }
        if (held.size() > OPEN_MOST) {
            Held file = held.remove(random.nextInt(held.size()));
            kernel.close(file.ino(), file.handle());
        }
    }

    private void create(TestKernel kernel, String path, String where) {
        same(
                where + " create " + path,
                () -> {
                    Reply.Created created =
                            kernel.create(
                                    directory(kernel, parent(path)),
                                    last(path),
                                    TestKernel.READ_WRITE | TestKernel.EXCLUSIVE);
                    held.add(
                            new Held(
                                    created.entry().nodeId(),
                                    created.opened().handle(),
                                    true,
                                    ReferenceModel.file()));
                    return "";
                },
                () -> {
                    ReferenceModel.Node file = ReferenceModel.file();
                    model.add(path, file);
                    Held last = held.removeLast();
                    held.add(new Held(last.ino(), last.handle(), true, file));
                    return "";
                });
    }

    private void remove(TestKernel kernel, String path, boolean directory, String where) {
        same(
                where + " remove " + path,
                () -> {
                    kernel.remove(directory(kernel, parent(path)), last(path), directory);
                    return "";
                },
                () -> {
                    model.remove(path, directory);
                    return "";
                });
    }

    private void rename(TestKernel kernel, String from, String to, String where) {
        int flags = random.nextInt(3);
        same(
                where + " rename " + from + " " + to + " " + flags,
                () -> {
                    kernel.rename(
                            directory(kernel, parent(from)),
                            last(from),
                            directory(kernel, parent(to)),
                            last(to),
                            flags);
                    return "";
                },
                () -> {
                    model.rename(from, to, flags == 1, flags == 2);
                    return "";
                });
    }

    private void link(TestKernel kernel, String path, String where) {
        String target = "to" + random.nextInt(100);
        same(
                where + " symlink " + path,
                () -> {
                    long ino = kernel.symLink(directory(kernel, parent(path)), last(path), target);
                    return kernel.readLink(ino);
                },
                () -> {
                    model.add(path, ReferenceModel.link(target));
                    return target;
                });
    }

    private void open(TestKernel kernel, String path, String where) {
        ReferenceModel.Node node = fileOrNull(path);
        if (node == null) {
            return; // the kernel does not open what is no file
        }
        boolean write = random.nextBoolean();
        boolean cut = write && random.nextInt(4) == 0;
        int flags =
                (write ? TestKernel.READ_WRITE : TestKernel.READ) | (cut ? TestKernel.TRUNCATE : 0);
        same(
                where + " open " + path,
                () -> {
                    long ino = resolve(kernel, path);
                    held.add(new Held(ino, kernel.open(ino, flags).handle(), write, node));
                    return "";
                },
                () -> {
                    node.truncate(cut ? 0 : node.content.length);
                    return "";
                });
    }

    private void write(TestKernel kernel) {
        if (held.isEmpty()) {
            return;
        }
        Held file = held.get(random.nextInt(held.size()));
        if (!file.write()) {
            return;
        }
        byte[] data = new byte[random.nextInt(500)];
        random.nextBytes(data);
        int offset = random.nextInt(SIZE_MOST);
        assertEquals(data.length, kernel.write(file.ino(), file.handle(), offset, data));
        if (data.length > 0) {
            file.node().write(offset, data);
        }
        if (random.nextInt(8) == 0) {
            kernel.fsync(file.ino(), file.handle());
        }
    }

    private void read(TestKernel kernel, String where) {
        if (held.isEmpty()) {
            return;
        }
        Held file = held.get(random.nextInt(held.size()));
        assertArrayEquals(
                file.node().content,
                kernel.read(file.ino(), file.handle(), 0, 2 * SIZE_MOST),
                where);
        assertEquals(file.node().content.length, kernel.attributes(file.ino()).size(), where);
    }

    private void truncate(TestKernel kernel, String path, String where) {
        ReferenceModel.Node node = fileOrNull(path);
        if (node == null) {
            return;
        }
        int size = random.nextInt(SIZE_MOST);
        Attributes now = kernel.truncate(resolve(kernel, path), size, OptionalLong.empty());
        node.truncate(size);
        assertEquals(size, now.size(), where);
    }

    private void look(TestKernel kernel, String path, String where) {
        same(
                where + " look " + path,
                () -> {
                    long ino = resolve(kernel, path);
                    Attributes found = kernel.attributes(ino);
                    if ((found.mode() & Attributes.TYPE_MASK) == Attributes.DIRECTORY) {
                        return kernel.list(ino, random.nextBoolean(), 2).toString();
                    }
                    boolean file = (found.mode() & Attributes.TYPE_MASK) == Attributes.REGULAR;
                    return file ? Long.toString(found.size()) : kernel.readLink(ino);
                },
                () -> {
                    ReferenceModel.Node node = model.find(path);
                    if (node.isDirectory()) {
                        return model.list(path).toString();
                    }
                    return node.isFile() ? Integer.toString(node.content.length) : target(node);
                });
    }

    private static String target(ReferenceModel.Node node) {
        return node.target == null ? "" : node.target;
    }

    private ReferenceModel.@org.jspecify.annotations.Nullable Node fileOrNull(String path) {
        try {
            ReferenceModel.Node node = model.find(path);
            return node.isFile() ? node : null;
        } catch (FuseException e) {
            return null;
        }
    }

    /** Both give the same answer, or the same errno. */
    private static void same(String where, Supplier<String> real, Supplier<String> wanted) {
        String answer = orErrno(real);
        assertEquals(orErrno(wanted), answer, where);
    }

    private static String orErrno(Supplier<String> work) {
        try {
            return work.get();
        } catch (FuseException e) {
            return e.errno().name();
        }
    }

    /** After all closes the service knows every size, and the staged files hold every byte. */
    private void compare(TestKernel kernel, Stage stage, String path) {
        for (String name : model.list(path)) {
            String child = path + "/" + name;
            ReferenceModel.Node node = model.find(child);
            long ino = resolve(kernel, child);
            if (node.isDirectory()) {
                compare(kernel, stage, child);
            } else if (node.isFile()) {
                String where = "seed " + seed + " " + child;
                assertEquals(
                        node.content.length, stage.metadata().attributes(ino).getSize(), where);
                long handle = kernel.open(ino, TestKernel.READ).handle();
                assertArrayEquals(node.content, kernel.read(ino, handle, 0, 2 * SIZE_MOST), where);
                kernel.close(ino, handle);
            }
        }
    }

    private long resolve(TestKernel kernel, String path) {
        long ino = TestKernel.ROOT;
        for (String name : ReferenceModel.names(path)) {
            ino = kernel.lookup(ino, name);
        }
        return ino;
    }

    /** As the kernel walks a path: what it goes through must be a directory. */
    private long directory(TestKernel kernel, String path) {
        long ino = resolve(kernel, path);
        if ((kernel.attributes(ino).mode() & Attributes.TYPE_MASK) != Attributes.DIRECTORY) {
            throw new FuseException(Errno.ENOTDIR);
        }
        return ino;
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        int depth = 1 + random.nextInt(3);
        for (int i = 0; i < depth; i++) {
            path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
        }
        return path.toString();
    }

    private static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    private static String last(String path) {
        return ReferenceModel.last(path);
    }
}
