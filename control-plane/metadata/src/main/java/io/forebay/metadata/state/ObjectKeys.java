package io.forebay.metadata.state;

import io.forebay.proto.BucketLocation;
import io.forebay.schema.Limits;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Paths as object keys, without the workspace's prefix. A key is the names of the path joined by
 * '/'. In each name these bytes are written as '%' and two upper-case hexadecimal digits, and all
 * others as they are:
 *
 * <ul>
 *   <li>bytes that are not part of well-formed UTF-8,
 *   <li>control characters (00 to 1F, 7F, and U+0080 to U+009F), U+FFFE and U+FFFF, which the
 *       listings of object stores cannot carry,
 *   <li>the backslash,
 *   <li>a '%' before two hexadecimal digits of either case.
 * </ul>
 *
 * <p>Reading back replaces each '%' with two upper-case digits by the byte, so that the rule can be
 * undone: a '%' that was left as it is never has two digits behind it.
 */
public final class ObjectKeys {
    private static final String DETOUR = "%00detour/";
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private ObjectKeys() {}

    /** The key of a path. */
    public static String of(List<byte[]> path) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] name : path) {
            if (out.size() > 0) {
                out.write('/');
            }
            escape(out, name);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Whether an object store takes the key behind the prefix. */
    public static boolean fits(BucketLocation location, String key) {
        return utf8(location.getPrefix()).length + utf8(key).length <= Limits.OBJECT_KEY_BYTES_MAX;
    }

    /** The path of a key. */
    public static List<byte[]> path(String key) {
        List<byte[]> names = new ArrayList<>();
        for (String name : key.split("/", -1)) {
            names.add(unescape(utf8(name)));
        }
        return names;
    }

    /**
     * A key that no path has (no name holds a zero byte), for the one case of files that were
     * evicted and then changed places.
     */
    public static String detour(long ino) {
        return DETOUR + ino;
    }

    public static boolean isDetour(String key) {
        return key.startsWith(DETOUR);
    }

    private static void escape(ByteArrayOutputStream out, byte[] name) {
        int i = 0;
        while (i < name.length) {
            int length = wellFormed(name, i);
            boolean plain =
                    length > 0 && (name[i] == '%' ? !hexAt(name, i + 1) : printable(name, i));
            int end = i + Math.max(length, 1);
            for (; i < end; i++) {
                if (plain) {
                    out.write(name[i]);
                } else {
                    out.write('%');
                    out.write(HEX[(name[i] >> 4) & 0xF]);
                    out.write(HEX[name[i] & 0xF]);
                }
            }
        }
    }

    private static boolean hexAt(byte[] name, int at) {
        return at + 1 < name.length
                && Character.digit(name[at], 16) >= 0
                && Character.digit(name[at + 1], 16) >= 0;
    }

    private static boolean printable(byte[] name, int at) {
        int first = name[at] & 0xFF;
        if (first < 0x80) {
            return first >= 0x20 && first != 0x7F && first != '\\';
        }
        int second = name[at + 1] & 0xFF;
        if (first == 0xC2) {
            return second >= 0xA0;
        }
        boolean last = first == 0xEF && second == 0xBF;
        return !last || (name[at + 2] & 0xFF) < 0xBE;
    }

    /** Bytes of the well-formed UTF-8 character at an index, or 0 (Unicode, table 3-7). */
    private static int wellFormed(byte[] name, int at) {
        int first = name[at] & 0xFF;
        if (first < 0x80) {
            return 1;
        }
        int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
        if (length == 0 || at + length > name.length) {
            return 0;
        }
        int second = name[at + 1] & 0xFF;
        int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < low || second > high) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((name[at + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    private static byte[] unescape(byte[] name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(name.length);
        for (int i = 0; i < name.length; i++) {
            int high = name[i] == '%' && i + 2 < name.length ? upperHex(name[i + 1]) : -1;
            int low = high < 0 ? -1 : upperHex(name[i + 2]);
            if (low < 0) {
                out.write(name[i]);
            } else {
                out.write(high << 4 | low);
                i += 2;
            }
        }
        return out.toByteArray();
    }

    private static int upperHex(byte digit) {
        return digit >= 'a' ? -1 : Character.digit(digit, 16);
    }

    /** The key of where an inode is now, or null where it has no name. */
    public static @Nullable String current(Space space, long ino) {
        List<byte[]> path = Names.path(space.tx(), space.id(), ino);
        return path == null ? null : of(path);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
