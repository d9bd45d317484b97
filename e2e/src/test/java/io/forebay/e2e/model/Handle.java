package io.forebay.e2e.model;

import java.util.List;

/**
 * What is open in a slot.
 *
 * @param direct past the page cache: offsets and sizes are then multiples of a page, as what else
 *     is refused differs between file systems
 */
record Handle(int descriptor, int mount, boolean direct, boolean writes, long inode) {
    static final Handle NONE = new Handle(-1, 0, false, false, 0);
    private static final int PAGE = 4096;
    private static final int SEEK_CUR = 1;
    private static final int EMPTY_PATH = 0x1000;

    /** What open(2) gave. */
    static Handle of(int descriptor, int mount, List<PathOperation.Flag> flags) {
        return new Handle(
                descriptor,
                mount,
                flags.contains(PathOperation.Flag.DIRECT),
                flags.contains(PathOperation.Flag.WRONLY)
                        || flags.contains(PathOperation.Flag.RDWR),
                Attributes.of(descriptor, "", EMPTY_PATH).attributes().inode());
    }

    Handle duplicate(int other) {
        return new Handle(other, mount, direct, writes, inode);
    }

    Attributes attributes() {
        return Attributes.of(descriptor, "", EMPTY_PATH).attributes();
    }

    long fitting(long offset) {
        return direct ? (offset + PAGE - 1) / PAGE * PAGE : offset;
    }

    int fitting(int count) {
        return (int) fitting((long) count);
    }

    /** Whether a write that goes where the file's offset, or its end, is can be asked for. */
    boolean fitsHere() {
        return !direct
                || (Calls.size("lseek64", descriptor, 0L, SEEK_CUR) % PAGE == 0
                        && attributes().size() % PAGE == 0);
    }
}
