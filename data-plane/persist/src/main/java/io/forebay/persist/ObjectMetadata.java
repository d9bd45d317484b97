package io.forebay.persist;

import java.util.Map;
import java.util.TreeMap;

/**
 * The user metadata of our objects: POSIX attributes as other tools read them, and whose content it
 * is. The format is described in {@code docs/formats/object-metadata.md}.
 *
 * @param mode permission bits, 07777
 */
public record ObjectMetadata(
        int mode, int uid, int gid, long mtimeNanos, long ino, long generation) {
    private static final String INO = "forebay-inode";
    private static final String GENERATION = "forebay-generation";
    private static final int REGULAR_FILE = 0100000;
    private static final long SECOND = 1_000_000_000L;

    /** The names without S3's {@code x-amz-meta-}. */
    public Map<String, String> toMap() {
        Map<String, String> map = new TreeMap<>();
        map.put("mode", String.format("0%o", REGULAR_FILE | mode));
        map.put("uid", Integer.toUnsignedString(uid));
        map.put("gid", Integer.toUnsignedString(gid));
        map.put("mtime", seconds(mtimeNanos));
        map.put(INO, Long.toString(ino));
        map.put(GENERATION, Long.toString(generation));
        return map;
    }

    /** Whether an object with this metadata is this generation of this file. */
    public static boolean names(Map<String, String> metadata, long ino, long generation) {
        return Long.toString(ino).equals(metadata.get(INO))
                && Long.toString(generation).equals(metadata.get(GENERATION));
    }

    private static String seconds(long nanos) {
        long whole = nanos / SECOND;
        String sign = nanos < 0 && whole == 0 ? "-" : "";
        return String.format("%s%d.%09d", sign, whole, Math.abs(nanos % SECOND));
    }
}
