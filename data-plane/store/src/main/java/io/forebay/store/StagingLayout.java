package io.forebay.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Where a staged file stands, and which ones are there. Directories are made when first needed. */
final class StagingLayout {
    private static final int SHARD_MASK = 0xff;
    private static final String FILL = ".fill";

    private final Path root;
    private final StagingDisk disk;
    private final Set<Path> made = ConcurrentHashMap.newKeySet();

    StagingLayout(Path root, StagingDisk disk) {
        this.root = root;
        this.disk = disk;
    }

    Path file(StagedKey key) {
        return shard(key).resolve(Long.toUnsignedString(key.ino()));
    }

    Path fill(StagedKey key) {
        return shard(key).resolve(Long.toUnsignedString(key.ino()) + FILL);
    }

    private Path shard(StagedKey key) {
        return workspace(key).resolve(shardName(key.ino() & SHARD_MASK));
    }

    private Path workspace(StagedKey key) {
        return root.resolve(Long.toUnsignedString(key.workspaceId()));
    }

    void makeDirectory(StagedKey key) throws IOException {
        Path shard = shard(key);
        if (!made.contains(shard)) {
            if (!Files.exists(shard)) {
                Path workspace = Files.createDirectories(workspace(key));
                disk.spread(workspace);
                Files.createDirectories(shard);
            }
            made.add(shard);
        }
    }

    /** Every staged file, in pages of at most {@code pageMax}; remains of fills are deleted. */
    void forEachPage(int pageMax, Consumer<List<StagedKey>> consumer) throws IOException {
        List<StagedKey> page = new ArrayList<>();
        try (DirectoryStream<Path> workspaces = Files.newDirectoryStream(root)) {
            for (Path workspace : workspaces) {
                try (DirectoryStream<Path> shards = Files.newDirectoryStream(workspace)) {
                    for (Path shard : shards) {
                        collect(shard, page);
                        while (page.size() >= pageMax) {
                            List<StagedKey> full = page.subList(0, pageMax);
                            consumer.accept(List.copyOf(full));
                            full.clear();
                        }
                    }
                }
            }
        }
        if (!page.isEmpty()) {
            consumer.accept(List.copyOf(page));
        }
    }

    /**
     * A page of a workspace's files: those of one directory in the order of their numbers.
     *
     * @param after as the page before said; empty at the start
     */
    StagedPage page(long workspaceId, String after, int limit) throws IOException {
        int colon = after.indexOf(':');
        int first = after.isEmpty() ? 0 : Integer.parseInt(after.substring(0, colon));
        long behind = after.isEmpty() ? -1 : Long.parseLong(after.substring(colon + 1));
        for (int number = first; number <= SHARD_MASK; number++) {
            Path shard = root.resolve(Long.toUnsignedString(workspaceId));
            List<StagedKey> page = first(shard.resolve(shardName(number)), behind, limit);
            if (page.size() == limit) {
                return new StagedPage(page, number + ":" + page.getLast().ino());
            }
            if (!page.isEmpty()) {
                return new StagedPage(page, number == SHARD_MASK ? "" : (number + 1) + ":-1");
            }
            behind = -1;
        }
        return new StagedPage(List.of(), "");
    }

    /** The smallest numbers above one; others are never held in memory. */
    private static List<StagedKey> first(Path shard, long behind, int limit) throws IOException {
        TreeSet<Long> inos = new TreeSet<>();
        Path workspace = shard.getParent();
        if (workspace == null || !Files.isDirectory(shard)) {
            return List.of();
        }
        String name = workspace.getFileName().toString();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(
                        shard, file -> !file.getFileName().toString().endsWith(FILL))) {
            for (Path file : files) {
                long ino = parse(name, file.getFileName().toString(), file).ino();
                if (ino > behind) {
                    inos.add(ino);
                    if (inos.size() > limit) {
                        inos.pollLast();
                    }
                }
            }
        }
        long ws = Long.parseUnsignedLong(name);
        return inos.stream().map(ino -> new StagedKey(ws, ino)).toList();
    }

    private static String shardName(long number) {
        return String.format("%02x", number);
    }

    private static void collect(Path shard, List<StagedKey> page) throws IOException {
        Path workspace = shard.getParent();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(shard)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(FILL)) {
                    Files.deleteIfExists(file);
                } else if (workspace != null) {
                    page.add(parse(workspace.getFileName().toString(), name, file));
                }
            }
        }
    }

    private static StagedKey parse(String workspace, String name, Path file) throws IOException {
        try {
            return new StagedKey(Long.parseUnsignedLong(workspace), Long.parseUnsignedLong(name));
        } catch (NumberFormatException e) {
            throw new IOException(
                    "a file that is not ours is in the staging directory: " + file, e);
        }
    }
}
