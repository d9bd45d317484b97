package io.forebay.cli.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What is mounted where (proc(5), mountinfo). Reading it never touches a mount that hangs. */
public record MountTable(List<Entry> entries) {
    private static final Pattern BLANK = Pattern.compile(" ");

    /** One mounted file system. */
    public record Entry(Path mountPoint, String type, String source) {
        public boolean isFuse() {
            return type.equals("fuse") || type.startsWith("fuse.");
        }
    }

    public MountTable {
        entries = List.copyOf(entries);
    }

    public static MountTable read() {
        try {
            return parse(
                    Files.readAllLines(
                            Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1));
        } catch (IOException unreadable) {
            throw new CliFailure("cannot read /proc/self/mountinfo: is /proc mounted?", unreadable);
        }
    }

    static MountTable parse(List<String> lines) {
        List<Entry> entries = new ArrayList<>();
        for (String line : lines) {
            int dash = line.indexOf(" - ");
            if (dash > 0) {
                List<String> before = BLANK.splitAsStream(line.substring(0, dash)).toList();
                List<String> after = BLANK.splitAsStream(line.substring(dash + 3)).toList();
                entries.add(
                        new Entry(
                                Path.of(unescape(before.get(4))),
                                after.get(0),
                                unescape(after.get(1))));
            }
        }
        return new MountTable(entries);
    }

    /** What is mounted exactly there; the last one hides those before. */
    public Optional<Entry> at(Path mountPoint) {
        return entries.stream()
                .filter(entry -> entry.mountPoint().equals(mountPoint))
                .reduce((_, later) -> later);
    }

    /** The mount that a path lies on. */
    public Optional<Entry> holding(Path path) {
        return entries.stream()
                .filter(entry -> path.startsWith(entry.mountPoint()))
                .max(Comparator.comparingInt(entry -> entry.mountPoint().getNameCount()));
    }

    /** A path without links above its last name, found without touching what is mounted on it. */
    public static Path canonical(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        Path name = absolute.getFileName();
        if (parent == null || name == null) {
            return absolute;
        }
        try {
            return Files.isSymbolicLink(absolute)
                    ? absolute.toRealPath()
                    : canonicalParent(parent).resolve(name);
        } catch (IOException unresolved) {
            return absolute;
        }
    }

    private static Path canonicalParent(Path parent) throws IOException {
        return Files.exists(parent, LinkOption.NOFOLLOW_LINKS)
                ? parent.toRealPath()
                : canonical(parent);
    }

    /** The kernel writes blanks, tabs, newlines and backslashes as three octal digits. */
    private static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) == '\\' && at + 3 < text.length()) {
                plain.append((char) Integer.parseInt(text.substring(at + 1, at + 4), 8));
                at += 3;
            } else {
                plain.append(text.charAt(at));
            }
        }
        return new String(
                plain.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
