package io.forebay.fuse.session;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What mount(2) is told beside the file system's own options, in the words of mount(8). */
public enum MountFlag {
    READ_ONLY("ro", "rw", 1),
    NO_SET_ID("nosuid", "suid", 1 << 1),
    NO_DEVICES("nodev", "dev", 1 << 2),
    NO_PROGRAMS("noexec", "exec", 1 << 3),
    /** The mount never changes times of access; the word is for who reads the mount table. */
    NO_ACCESS_TIMES("noatime", "atime", 1 << 10);

    /** As libfuse mounts: nobody gets rights by a file that somebody put there. */
    static final Set<MountFlag> USUAL = Set.of(NO_SET_ID, NO_DEVICES);

    private final String word;
    private final String opposite;
    private final int bit;

    MountFlag(String word, String opposite, int bit) {
        this.word = word;
        this.opposite = opposite;
        this.bit = bit;
    }

    public String word() {
        return word;
    }

    /**
     * The usual flags, changed by each word in turn.
     *
     * @throws IllegalArgumentException for a word that is none of them
     */
    public static Set<MountFlag> of(List<String> words) {
        Set<MountFlag> flags = EnumSet.copyOf(USUAL);
        for (String each : words) {
            MountFlag flag =
                    named(each)
                            .orElseThrow(
                                    () -> new IllegalArgumentException("unknown option " + each));
            if (each.equals(flag.word)) {
                flags.add(flag);
            } else {
                flags.remove(flag);
            }
        }
        return Set.copyOf(flags);
    }

    /** The flag that a word sets or clears. */
    private static Optional<MountFlag> named(String each) {
        return Arrays.stream(values())
                .filter(flag -> each.equals(flag.word) || each.equals(flag.opposite))
                .findFirst();
    }

    static long bits(Set<MountFlag> flags) {
        return flags.stream().mapToLong(flag -> flag.bit).sum();
    }

    /** For libfuse's programs, with a comma before each; they add the usual ones by themselves. */
    public static String options(Set<MountFlag> flags) {
        return Arrays.stream(values())
                .filter(flags::contains)
                .filter(flag -> !USUAL.contains(flag))
                .map(flag -> "," + flag.word)
                .reduce("", String::concat);
    }
}
