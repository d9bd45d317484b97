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
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The bucket as the object store has it on disk: a file for each object, which it puts in place by
 * a rename, and its own beside them, whose names begin with a dot. What S3Proxy was writing when it
 * was killed stays there, under the name and a UUID behind it: it is no object, and no part of one.
 */
public record Bucket(Path directory) {
    /** Begins the name of what the store keeps for an upload. */
    private static final String UPLOAD = ".mpus-";

    private static final Predicate<String> CUT_OFF =
            Pattern.compile("-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$").asPredicate();

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
            return entries.filter(each -> each.getFileName().toString().startsWith(UPLOAD))
                    .filter(Bucket::hasParts)
                    .map(each -> each.getFileName().toString())
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static boolean hasParts(Path upload) {
        try (Stream<Path> parts = Files.list(upload)) {
            List<String> names = parts.map(each -> each.getFileName().toString()).toList();
            return names.isEmpty() || !names.stream().allMatch(CUT_OFF);
        } catch (NoSuchFileException ended) {
            return false;
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
                if (!key.startsWith(".") && !CUT_OFF.test(key)) {
                    sizes.put(key, Files.size(file));
                }
            }
        } catch (IOException changed) {
            throw new UncheckedIOException(changed);
        }
        return sizes;
    }
}
