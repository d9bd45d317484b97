package io.forebay.fuse.posix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** What is mounted, as {@code /proc/self/mountinfo} says (proc(5)); reading it asks no mount. */
public final class MountTable {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");
    private static final Pattern BLANKS = Pattern.compile(" +");
    private static final int DEVICE = 2;
    private static final int MOUNT_POINT = 4;
    private static final int FIELDS_MIN = 6;

    private MountTable() {}

    /**
     * @param deviceMinor of st_dev; the name of a FUSE connection under fusectl
     * @param type such as {@code fuse.forebay}
     */
    public record Entry(int deviceMinor, String mountPoint, String type) {
        public boolean isFuse() {
            return type.equals("fuse") || type.startsWith("fuse.");
        }
    }

    /** The topmost mount at exactly this path, which must be absolute and without links. */
    public static Optional<Entry> at(Path mountPoint) throws IOException {
        // Latin-1 keeps each byte, whatever the names' encoding.
        return Files.readAllLines(TABLE, StandardCharsets.ISO_8859_1).stream()
                .map(MountTable::parse)
                .flatMap(Optional::stream)
                .filter(entry -> entry.mountPoint().equals(mountPoint.toString()))
                .reduce((lower, upper) -> upper);
    }

    static Optional<Entry> parse(String line) {
        int dash = line.indexOf(" - ");
        String[] fields = BLANKS.split(line, -1);
        if (dash < 0 || fields.length < FIELDS_MIN) {
            return Optional.empty();
        }
        String minor = fields[DEVICE].substring(fields[DEVICE].indexOf(':') + 1);
        String type = BLANKS.split(line.substring(dash + 3), 2)[0];
        return Optional.of(new Entry(Integer.parseInt(minor), unescape(fields[MOUNT_POINT]), type));
    }

    private static String unescape(String text) {
        String bytes =
                ESCAPED.matcher(text)
                        .replaceAll(match -> {
                            char one = (char) Integer.parseInt(match.group(1), 8);
                            return one == '\\' || one == '$' ? "\\" + one : "" + one;
                        });
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
