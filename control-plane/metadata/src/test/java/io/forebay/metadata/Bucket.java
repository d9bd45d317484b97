package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A bucket with conditional puts. An object says whose it is, as ours do by their metadata. */
public final class Bucket {
    public final TreeMap<String, Stored> objects = new TreeMap<>();
    private long etags;

    /** The objects that workers put, by etag. */
    public final Set<String> ours = new HashSet<>();

    /** What each object had that ever was there, by etag. */
    public final Map<String, String> history = new HashMap<>();

    /** Foreign objects that a person has given up, by etag. */
    public final Set<String> givenUp = new HashSet<>();

    /** Multipart uploads that were begun and are neither completed nor aborted: their keys. */
    public final TreeMap<String, String> uploads = new TreeMap<>();

    public String begin(String key) {
        String id = "u" + ++etags;
        uploads.put(id, key);
        return id;
    }

    public record Stored(String etag, long ino, long generation, String content) {
        public boolean is(long otherIno, long otherGeneration) {
            return ino == otherIno && generation == otherGeneration;
        }

        public boolean foreign() {
            return ino == 0;
        }
    }

    /** Puts if the key holds this object, or none where the etag is empty; null: it does not. */
    @Nullable Stored putIf(String key, String etag, Stored object) {
        Stored old = objects.get(key);
        if (!(old == null ? "" : old.etag()).equals(etag)) {
            return null;
        }
        assertTrue(
                old == null || !old.foreign() || givenUp.contains(old.etag()),
                "I6: a put overwrote a foreign object at " + key);
        Stored stored = stored(object);
        objects.put(key, stored);
        return stored;
    }

    public String content(String key) {
        Stored stored = objects.get(key);
        return stored == null ? "none" : stored.content();
    }

    public void putForeign(String key, String content) {
        objects.put(key, stored(new Stored("", 0, 0, content)));
    }

    private Stored stored(Stored object) {
        String etag = "e" + ++etags;
        history.put(etag, object.content());
        if (!object.foreign()) {
            ours.add(etag);
        }
        return new Stored(etag, object.ino(), object.generation(), object.content());
    }
}
