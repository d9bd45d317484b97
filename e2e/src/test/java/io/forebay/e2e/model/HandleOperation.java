package io.forebay.e2e.model;

/** Operations on what is open in a slot; an empty slot is refused with EBADF. */
sealed interface HandleOperation extends Operation {
    int slot();

    record Close(int slot) implements HandleOperation {}

    /** Both then share offset and locks. */
    record Duplicate(int slot, int to) implements HandleOperation {}

    record Write(int slot, int count, int fill) implements HandleOperation {}

    record WriteAt(int slot, long offset, int count, int fill) implements HandleOperation {}

    record Read(int slot, int count) implements HandleOperation {}

    record ReadAt(int slot, long offset, int count) implements HandleOperation {}

    record Seek(int slot, long offset, Whence whence) implements HandleOperation {}

    record Resize(int slot, long size) implements HandleOperation {}

    record Allocate(int slot, Mode mode, long offset, long length) implements HandleOperation {}

    record CopyRange(int slot, long offset, int to, long toOffset, int length)
            implements HandleOperation {}

    /** By a shared mapping, as far as the file reaches. */
    record MapWrite(int slot, long offset, int count, int fill) implements HandleOperation {}

    /** By a shared mapping, as far as the file reaches. */
    record MapRead(int slot, long offset, int count) implements HandleOperation {}

    record Sync(int slot, boolean dataOnly) implements HandleOperation {}

    record SyncFileSystem(int slot) implements HandleOperation {}

    record HandleStatus(int slot) implements HandleOperation {}

    record HandleMode(int slot, PathOperation.Octal mode) implements HandleOperation {}

    record ListHandle(int slot) implements HandleOperation {}

    /** Gives what is open another name, also where it has none. */
    record LinkHandle(int slot, String to) implements HandleOperation {}

    /** flock(2), without waiting. */
    record Lock(int slot, Kind kind) implements HandleOperation {}

    /** A lock of the open file description on a range, without waiting. */
    record LockRange(int slot, Kind kind, long offset, long length) implements HandleOperation {}

    /** Who would be in the way. */
    record TestRange(int slot, Kind kind, long offset, long length) implements HandleOperation {}

    /** Locks by their numbers for flock(2) and fcntl(2). */
    enum Kind {
        SHARED(1, 0),
        EXCLUSIVE(2, 1),
        NONE(8, 2);

        final int flock;
        final int record;

        Kind(int flock, int record) {
            this.flock = flock;
            this.record = record;
        }
    }

    /** lseek(2)'s starting points. */
    enum Whence {
        SET(0),
        CURRENT(1),
        END(2),
        DATA(3),
        HOLE(4);

        final int bits;

        Whence(int bits) {
            this.bits = bits;
        }
    }

    /**
     * fallocate(2)'s modes, but for collapsing and inserting a range: the kernel refuses these to
     * every file system in a process.
     */
    enum Mode {
        ALLOCATE(0),
        KEEP_SIZE(1),
        PUNCH_HOLE(3),
        ZERO(16),
        ZERO_KEEP_SIZE(17);

        final int bits;

        Mode(int bits) {
            this.bits = bits;
        }
    }
}
