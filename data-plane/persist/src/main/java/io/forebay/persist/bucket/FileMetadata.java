package io.forebay.persist.bucket;

import io.forebay.proto.FoundObject;
import java.math.BigDecimal;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads POSIX attributes from user metadata as we, rclone and s3fs write them, and where those are
 * missing as AWS DataSync and File Gateway do. What cannot be read is as good as missing.
 */
final class FileMetadata {
    private static final int TYPE_BITS = 0170000;
    private static final int LINK = 0120000;
    private static final Set<Integer> TYPES =
            Set.of(0010000, 0020000, 0040000, 0060000, 0100000, 0120000, 0140000);
    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000L);

    private FileMetadata() {}

    /** Whether the mode is that of a symbolic link, whose object holds its target. */
    static boolean isLink(FoundObject.Builder object) {
        return (object.getMode() & TYPE_BITS) == LINK;
    }

    static void read(Map<String, String> metadata, FoundObject.Builder object) {
        mode(first(metadata, "mode", "file-permissions")).ifPresent(object::setMode);
        id(first(metadata, "uid", "file-owner")).ifPresent(object::setUid);
        id(first(metadata, "gid", "file-group")).ifPresent(object::setGid);
        time(first(metadata, "mtime", "file-mtime")).ifPresent(object::setMtimeNanos);
        device(metadata.get("rdev")).ifPresent(object::setRdev);
    }

    private static @Nullable String first(Map<String, String> metadata, String a, String b) {
        String found = metadata.get(a);
        return found == null ? metadata.get(b) : found;
    }

    /** Octal, but s3fs writes decimal numbers: those have a file's type, and no leading zero. */
    private static OptionalInt mode(@Nullable String text) {
        if (text == null || text.length() > 11 || !text.matches("[0-9]+")) {
            return OptionalInt.empty();
        }
        long decimal = Long.parseLong(text);
        boolean typed = decimal <= 0xFFFF && TYPES.contains((int) decimal & TYPE_BITS);
        if (typed && !text.startsWith("0")) {
            return OptionalInt.of((int) decimal);
        }
        if (!text.matches("[0-7]+")) {
            return OptionalInt.empty();
        }
        long octal = Long.parseLong(text, 8);
        return octal > 0xFFFF ? OptionalInt.empty() : OptionalInt.of((int) octal);
    }

    private static OptionalInt id(@Nullable String text) {
        if (text == null || text.length() > 10 || !text.matches("[0-9]+")) {
            return OptionalInt.empty();
        }
        long id = Long.parseLong(text);
        return id > 0xFFFF_FFFFL ? OptionalInt.empty() : OptionalInt.of((int) id);
    }

    /** Hexadecimal, as rclone has it. */
    private static OptionalLong device(@Nullable String text) {
        return text == null || !text.matches("[0-9a-f]{1,8}")
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(text, 16));
    }

    /** Seconds with or without a fraction, or nanoseconds with "ns" behind them. */
    private static OptionalLong time(@Nullable String text) {
        if (text == null || text.length() > 40 || !text.matches("-?[0-9]+(\\.[0-9]*)?(ns)?")) {
            return OptionalLong.empty();
        }
        boolean nanos = text.endsWith("ns");
        BigDecimal number =
                nanos
                        ? new BigDecimal(text.substring(0, text.length() - 2))
                        : new BigDecimal(text).multiply(NANOS);
        try {
            return OptionalLong.of(number.toBigInteger().longValueExact());
        } catch (ArithmeticException e) {
            return OptionalLong.empty(); // beyond what a time can be
        }
    }
}
