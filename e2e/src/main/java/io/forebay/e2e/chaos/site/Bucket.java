package io.forebay.e2e.chaos.site;

import io.forebay.e2e.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The bucket as the object store has it on disk: a file for each object, which it puts in place by
 * a rename, and its own beside them, whose names begin with a dot.
 */
public record Bucket(Path directory) {
    /** Begins the name of what the store keeps for an upload. */
    private static final String UPLOAD = ".mpus-";

    /** What a key without an object holds. */
    public static final String ABSENT = "absent";

    /** What a key holds: the SHA-256 of the object, or {@link #ABSENT}. */
    public String state(String key) {
        try {
            return Digest.sha256(directory.resolve(key));
        } catch (NoSuchFileException none) {
            return ABSENT;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Multipart uploads that nobody has completed or aborted. */
    public List<String> unfinishedUploads() {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(each -> each.getFileName().toString())
                    .filter(name -> name.startsWith(UPLOAD))
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** All keys, and how large their objects are. */
    public Map<String, Long> sizes() {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String key = directory.relativize(file).toString();
                if (!key.startsWith(".")) {
                    sizes.put(key, Files.size(file));
                }
            }
        } catch (IOException changed) {
            throw new UncheckedIOException(changed);
        }
        return sizes;
    }
}
