package io.forebay.persist;

import io.forebay.proto.NodeType;
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
    private static final long SECOND = 1_000_000_000L;

    /** Of a regular file; the names without S3's {@code x-amz-meta-}. */
    public Map<String, String> toMap() {
        return toMap(NodeType.NODE_TYPE_FILE, 0);
    }

    /** As {@link #toMap()}, of what may be no regular file; rdev counts for devices. */
    public Map<String, String> toMap(NodeType type, long rdev) {
        Map<String, String> map = new TreeMap<>();
        map.put("mode", String.format("0%o", typeBits(type) | mode));
        if (type == NodeType.NODE_TYPE_CHARACTER_DEVICE
                || type == NodeType.NODE_TYPE_BLOCK_DEVICE) {
            map.put("rdev", Long.toHexString(rdev));
        }
        map.put("uid", Integer.toUnsignedString(uid));
        map.put("gid", Integer.toUnsignedString(gid));
        map.put("mtime", seconds(mtimeNanos));
        map.put(INO, Long.toString(ino));
        map.put(GENERATION, Long.toString(generation));
        return map;
    }

    /** As inode(7) has them. */
    private static int typeBits(NodeType type) {
        return switch (type) {
            case NODE_TYPE_FILE, NODE_TYPE_UNSPECIFIED, UNRECOGNIZED -> 0100000;
            case NODE_TYPE_DIRECTORY -> 0040000;
            case NODE_TYPE_SYMLINK -> 0120000;
            case NODE_TYPE_FIFO -> 0010000;
            case NODE_TYPE_SOCKET -> 0140000;
            case NODE_TYPE_CHARACTER_DEVICE -> 0020000;
            case NODE_TYPE_BLOCK_DEVICE -> 0060000;
        };
    }

    /** Whether an object with this metadata is this generation of this file. */
    public static boolean names(Map<String, String> metadata, long ino, long generation) {
        return Long.toString(ino).equals(metadata.get(INO))
                && Long.toString(generation).equals(metadata.get(GENERATION));
    }

    /** Of which inode an object with this metadata says that it is; 0: of none of ours. */
    public static long inode(Map<String, String> metadata) {
        String ino = metadata.getOrDefault(INO, "");
        return ino.matches("[1-9][0-9]{0,17}") ? Long.parseLong(ino) : 0;
    }

    private static String seconds(long nanos) {
        long whole = nanos / SECOND;
        String sign = nanos < 0 && whole == 0 ? "-" : "";
        return String.format("%s%d.%09d", sign, whole, Math.abs(nanos % SECOND));
    }
}
