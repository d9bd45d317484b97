package io.forebay.e2e.model;

import java.util.List;

/** Operations that name their files by paths; all paths are relative to the directory. */
sealed interface PathOperation extends Operation {
    /** Into a slot; what was open there is closed first. */
    record Open(int slot, String path, List<Flag> flags, Octal mode) implements PathOperation {}

    record Truncate(String path, long size) implements PathOperation {}

    record Rename(String from, String to, Replace how) implements PathOperation {}

    record Link(String from, String to, boolean follow) implements PathOperation {}

    record Unlink(String path) implements PathOperation {}

    record RemoveDirectory(String path) implements PathOperation {}

    record MakeDirectory(String path, Octal mode) implements PathOperation {}

    record MakeFifo(String path, Octal mode) implements PathOperation {}

    record Symlink(String target, String path) implements PathOperation {}

    record ReadLink(String path) implements PathOperation {}

    record ChangeMode(String path, Octal mode) implements PathOperation {}

    /** -1 leaves an id as it is. */
    record ChangeOwner(String path, int user, int group, boolean follow) implements PathOperation {}

    /** In nanoseconds since 1970, or one of the two special values. */
    record SetTimes(String path, long access, long modification, boolean follow)
            implements PathOperation {
        static final long NOW = -1;
        static final long OMIT = -2;
    }

    record Access(String path, int mode) implements PathOperation {}

    record Status(String path, boolean follow) implements PathOperation {}

    record ListDirectory(String path) implements PathOperation {}

    record SetAttribute(String path, String name, int count, int fill, Only only)
            implements PathOperation {}

    record GetAttribute(String path, String name, int limit) implements PathOperation {}

    record ListAttributes(String path) implements PathOperation {}

    record RemoveAttribute(String path, String name) implements PathOperation {}

    /** A mode that is printed as people write it. */
    record Octal(int bits) {
        @Override
        public String toString() {
            return "0" + Integer.toOctalString(bits);
        }
    }

    /** renameat2(2)'s flags. */
    enum Replace {
        REPLACE(0),
        NOREPLACE(1),
        EXCHANGE(2),
        BOTH_IS_REFUSED(3);

        final int bits;

        Replace(int bits) {
            this.bits = bits;
        }
    }

    /** setxattr(2)'s flags. */
    enum Only {
        ANY(0),
        CREATE(1),
        REPLACE(2);

        final int bits;

        Only(int bits) {
            this.bits = bits;
        }
    }

    /** open(2)'s flags, by the kernel's numbers on x86-64 and AArch64. */
    enum Flag {
        RDONLY(0),
        WRONLY(1),
        RDWR(2),
        CREAT(0x40),
        EXCL(0x80),
        TRUNC(0x200),
        APPEND(0x400),
        DSYNC(0x1000),
        SYNC(0x101000),
        DIRECT(0x4000, 0x10000),
        DIRECTORY(0x10000, 0x4000),
        NOFOLLOW(0x20000, 0x8000),
        NOATIME(0x40000),
        PATH(0x200000),
        TMPFILE(0x410000, 0x404000);

        private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

        private final int intel;
        private final int arm;

        Flag(int bits) {
            this(bits, bits);
        }

        Flag(int intel, int arm) {
            this.intel = intel;
            this.arm = arm;
        }

        static int bits(List<Flag> flags) {
            return flags.stream()
                    .mapToInt(each -> ARM ? each.arm : each.intel)
                    .reduce(0, (a, b) -> a | b);
        }
    }
}
