package io.forebay.fuse.jnr;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.LockRange;
import io.forebay.fuse.Reply;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import jnr.ffi.Pointer;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.Flock;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.Statvfs;
import ru.serce.jnrfuse.struct.Timespec;

/** Between the structs of libfuse's callers and our records. */
final class Structs {
    private static final long SECOND = 1_000_000_000;

    /** What stat(2) shows as st_blksize. */
    private static final int BLOCK_BYTES = 4096;

    /** The bits of {@code struct fuse_file_info}: jnr-fuse has them where writepage is. */
    private static final long BITS_OFFSET = 20;

    private static final int FLOCK_RELEASE = 1 << 4;

    /** {@code want} of {@code struct fuse_conn_info}. */
    private static final long WANT_OFFSET = 24;

    private Structs() {}

    /** A string of C, without its end. */
    static byte[] text(Pointer string) {
        byte[] bytes = new byte[string.indexOf(0, (byte) 0)];
        string.get(0, bytes, 0, bytes.length);
        return bytes;
    }

    static byte[] bytes(Pointer memory, long size) {
        byte[] bytes = new byte[Math.toIntExact(size)];
        memory.get(0, bytes, 0, bytes.length);
        return bytes;
    }

    @SuppressWarnings("restricted")
    static MemorySegment segment(Pointer memory, long size) {
        // SAFETY: libfuse passes a buffer of that size, which lives until the upcall returns.
        return MemorySegment.ofAddress(memory.address()).reinterpret(size);
    }

    /**
     * Puts an attribute, or a list of names; for a size of 0 only says how long it is.
     *
     * @throws FuseException ERANGE where there is no room
     */
    static int put(Pointer memory, long size, Reply reply) {
        return switch (reply) {
            case Reply.XattrSize(int bytes) -> bytes;
            case Reply.Bytes(byte[] bytes) when size == 0 -> bytes.length;
            case Reply.Bytes(byte[] bytes) -> {
                if (bytes.length > size) {
                    throw new FuseException(Errno.ERANGE);
                }
                memory.put(0, bytes, 0, bytes.length);
                yield bytes.length;
            }
            case Reply other -> throw new IllegalStateException("no answer to this: " + other);
        };
    }

    static void putStat(Pointer memory, Attributes of) {
        FileStat stat = FileStat.of(memory);
        stat.st_ino.set(of.ino());
        stat.st_mode.set(of.mode());
        stat.st_nlink.set(of.nlink());
        stat.st_uid.set(of.uid());
        stat.st_gid.set(of.gid());
        stat.st_rdev.set(of.rdev());
        stat.st_size.set(of.size());
        stat.st_blksize.set(BLOCK_BYTES);
        stat.st_blocks.set(of.blocks());
        put(stat.st_atim, of.atimeNanos());
        put(stat.st_mtim, of.mtimeNanos());
        put(stat.st_ctim, of.ctimeNanos());
    }

    /** What a directory entry shows of its node. */
    static void putStat(Pointer memory, Reply.DirectoryEntry of) {
        FileStat stat = FileStat.of(memory);
        stat.st_ino.set(of.ino());
        stat.st_mode.set(of.mode());
    }

    static void putStatus(Pointer memory, Reply.FileSystemStatus of) {
        Statvfs status = Statvfs.of(memory);
        status.f_bsize.set(of.blockBytes());
        status.f_frsize.set(of.blockBytes());
        status.f_blocks.set(of.blocks());
        status.f_bfree.set(of.blocksFree());
        status.f_bavail.set(of.blocksFree());
        status.f_files.set(of.files());
        status.f_ffree.set(of.filesFree());
        status.f_favail.set(of.filesFree());
        status.f_namemax.set(of.nameBytesMax());
    }

    /** The {@code index}th of the two times of utimens. */
    static SetTime time(Pointer times, int index) {
        return SetTime.of(times.getLong(16L * index), times.getLong(16L * index + 8));
    }

    static int flags(Pointer file) {
        return FuseFileInfo.of(file).flags.get();
    }

    static long handle(Pointer file) {
        return FuseFileInfo.of(file).fh.longValue();
    }

    static void putHandle(Pointer file, long handle) {
        FuseFileInfo.of(file).fh.set(handle);
    }

    static long lockOwner(Pointer file) {
        return FuseFileInfo.of(file).lock_owner.longValue();
    }

    /** Whose flock(2) ends with a release. */
    static OptionalLong flockOwner(Pointer file) {
        boolean ends = (file.getInt(BITS_OFFSET) & FLOCK_RELEASE) != 0;
        return ends ? OptionalLong.of(lockOwner(file)) : OptionalLong.empty();
    }

    /** A length of 0 is up to the end; libfuse counts from the start of the file. */
    static LockRange range(Pointer memory) {
        Flock lock = Flock.of(memory);
        long start = lock.l_start.get();
        long length = lock.l_len.get();
        return new LockRange(
                LockRange.Type.of(lock.l_type.get()),
                start,
                length == 0 ? LockRange.END_MAX : start + length - 1,
                lock.l_pid.intValue());
    }

    static void putRange(Pointer memory, LockRange range) {
        Flock lock = Flock.of(memory);
        lock.l_type.set((short) range.type().number());
        lock.l_whence.set((short) 0);
        lock.l_start.set(range.start());
        lock.l_len.set(range.end() == LockRange.END_MAX ? 0 : range.end() - range.start() + 1);
        lock.l_pid.set(range.pid());
    }

    static void want(Pointer connection, int capabilities) {
        connection.putInt(WANT_OFFSET, connection.getInt(WANT_OFFSET) | capabilities);
    }

    private static void put(Timespec time, long nanos) {
        time.tv_sec.set(Math.floorDiv(nanos, SECOND));
        time.tv_nsec.set(Math.floorMod(nanos, SECOND));
    }
}
