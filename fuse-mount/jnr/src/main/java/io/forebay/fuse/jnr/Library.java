package io.forebay.fuse.jnr;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FileSystem;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.LockRange;
import io.forebay.fuse.Reply;
import io.forebay.fuse.session.FuseSession.InFlight;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import jnr.ffi.BaseStruct;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import jnr.ffi.provider.jffi.ClosureHelper;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.FuseStubFS;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseContext;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * libfuse 2 by jnr-fuse: its loop, and the functions that it calls. Each of these takes its
 * arguments from native memory, lets one of the classes of calls answer, and gives 0 or a count, or
 * a negative errno.
 */
final class Library extends FuseStubFS {
    private static final System.Logger LOG = System.getLogger(Library.class.getName());

    /** FUSE_CAP_DONT_MASK of fuse_common.h: the umask comes with the call. */
    private static final int DONT_MASK = 1 << 6;

    /**
     * {@code flag_nullpath_ok}, {@code flag_nopath} and {@code flag_utime_omit_ok} of struct
     * fuse_operations: calls on open files need no path, and times can be left alone.
     */
    private static final int FLAGS = 1 | 1 << 1 | 1 << 2;

    private static final int ADDRESS_BYTES = 8;

    /** FUSE_SETLKW: what a call that waits for a lock is shown as. */
    private static final int SETLKW = 33;

    private static final int F_GETLK = 5;
    private static final int F_SETLKW = 7;
    private static final int LOCK_SH = 1;
    private static final int LOCK_NB = 4;
    private static final int LOCK_UN = 8;

    /** What libfuse has in fuse.h, and jnr-fuse has not. */
    public interface Interruption {
        int fuse_interrupted();
    }

    private final NodeCalls nodes;
    private final FileCalls files;
    private final DirectoryCalls directories;
    private final XattrCalls xattrs;

    /** So that they live as long as libfuse may call them. */
    private final List<Object> upcalls = new ArrayList<>();

    private final CountDownLatch ready = new CountDownLatch(1);
    private final Map<Long, InFlight> inFlight = new ConcurrentHashMap<>();
    private final AtomicLong lastCall = new AtomicLong();

    /**
     * @throws UnsatisfiedLinkError where there is no libfuse 2
     */
    Library(FileSystem fileSystem) {
        Interruption interruption =
                LibraryLoader.create(Interruption.class).failImmediately().load("libfuse.so.2");
        Asking asking = new Asking(fileSystem, () -> interruption.fuse_interrupted() != 0);
        Hidden hidden = new Hidden();
        Paths paths = new Paths(asking, hidden);
        files = new FileCalls(asking, paths, hidden);
        nodes = new NodeCalls(asking, paths, hidden, files, new CallersCall());
        directories = new DirectoryCalls(asking, paths);
        xattrs = new XattrCalls(asking, paths);
        setNodeCalls(fuseOperations);
        setNameCalls(fuseOperations);
        setXattrCalls(fuseOperations);
        setFileCalls(fuseOperations);
        setLockCalls(fuseOperations);
        setDirectoryCalls(fuseOperations);
        long flags = fuseOperations.bmap.offset() + ADDRESS_BYTES; // jnr-fuse shows it as bytes
        Struct.getMemory(fuseOperations).putInt(flags, FLAGS);
    }

    /** Mounts, serves, and returns when the mount has ended; 0 is a good end. */
    int run(String... arguments) {
        return libFuse.fuse_main_real(
                arguments.length, arguments, fuseOperations, Struct.size(fuseOperations), null);
    }

    /** Opened once the kernel has asked its first request. */
    CountDownLatch ready() {
        return ready;
    }

    List<InFlight> inFlight() {
        return List.copyOf(inFlight.values());
    }

    @Override
    public Pointer init(Pointer connection) {
        Structs.want(connection, DONT_MASK);
        ready.countDown();
        return Pointer.wrap(Runtime.getSystemRuntime(), 0);
    }

    private void setNodeCalls(FuseOperations to) {
        set(
                to.getattr,
                Upcalls.OnPathAndPointer.class,
                (path, stat) ->
                        done(caller ->
                                Structs.putStat(
                                        stat, nodes.attributes(caller, Structs.text(path)))));
        set(
                to.chmod,
                Upcalls.OnMode.class,
                (path, mode) -> done(caller -> nodes.setMode(caller, Structs.text(path), mode)));
        set(
                to.chown,
                Upcalls.OnOwner.class,
                (path, uid, gid) ->
                        done(caller -> nodes.setOwner(caller, Structs.text(path), uid, gid)));
        set(
                to.truncate,
                Upcalls.OnSize.class,
                (path, size) -> done(caller -> nodes.truncate(caller, Structs.text(path), size)));
        set(
                to.utimens,
                Upcalls.OnPathAndPointer.class,
                (path, times) ->
                        done(caller ->
                                nodes.setTimes(
                                        caller,
                                        Structs.text(path),
                                        Structs.time(times, 0),
                                        Structs.time(times, 1))));
        set(
                to.readlink,
                Upcalls.OnBuffer.class,
                (path, buffer, size) ->
                        done(caller -> {
                            byte[] target = nodes.readLink(caller, Structs.text(path));
                            int length = (int) Math.min(target.length, size - 1);
                            buffer.put(0, target, 0, length);
                            buffer.putByte(length, (byte) 0);
                        }));
        set(
                to.statfs,
                Upcalls.OnPathAndPointer.class,
                (_, status) -> done(caller -> Structs.putStatus(status, nodes.status(caller))));
    }

    private void setNameCalls(FuseOperations to) {
        set(
                to.mknod,
                Upcalls.OnDevice.class,
                (path, mode, device) ->
                        done(caller -> nodes.makeNode(caller, Structs.text(path), mode, device)));
        set(
                to.mkdir,
                Upcalls.OnMode.class,
                (path, mode) ->
                        done(caller -> nodes.makeDirectory(caller, Structs.text(path), mode)));
        set(
                to.unlink,
                Upcalls.OnPath.class,
                path -> done(caller -> nodes.unlink(caller, Structs.text(path))));
        set(
                to.rmdir,
                Upcalls.OnPath.class,
                path -> done(caller -> nodes.removeDirectory(caller, Structs.text(path))));
        set(
                to.symlink,
                Upcalls.OnPathAndPointer.class,
                (target, path) ->
                        done(caller ->
                                nodes.symLink(caller, Structs.text(target), Structs.text(path))));
        set(
                to.rename,
                Upcalls.OnPathAndPointer.class,
                (from, target) ->
                        done(caller ->
                                nodes.rename(caller, Structs.text(from), Structs.text(target))));
        set(
                to.link,
                Upcalls.OnPathAndPointer.class,
                (from, target) ->
                        done(caller ->
                                nodes.link(caller, Structs.text(from), Structs.text(target))));
    }

    private void setXattrCalls(FuseOperations to) {
        set(
                to.setxattr,
                Upcalls.OnSetXattr.class,
                (path, name, value, size, flags) ->
                        done(caller ->
                                xattrs.set(
                                        caller,
                                        Structs.text(path),
                                        Structs.text(name),
                                        Structs.bytes(value, size),
                                        flags)));
        set(
                to.getxattr,
                Upcalls.OnGetXattr.class,
                (path, name, value, size) ->
                        answer(caller -> {
                            Reply reply =
                                    xattrs.get(
                                            caller,
                                            Structs.text(path),
                                            Structs.text(name),
                                            (int) size);
                            return Structs.put(value, size, reply);
                        }));
        set(
                to.listxattr,
                Upcalls.OnBuffer.class,
                (path, list, size) ->
                        answer(caller ->
                                Structs.put(
                                        list,
                                        size,
                                        new Reply.Bytes(xattrs.list(caller, Structs.text(path))))));
        set(
                to.removexattr,
                Upcalls.OnPathAndPointer.class,
                (path, name) ->
                        done(caller ->
                                xattrs.remove(caller, Structs.text(path), Structs.text(name))));
    }

    private void setFileCalls(FuseOperations to) {
        set(
                to.open,
                Upcalls.OnPathAndPointer.class,
                (path, file) ->
                        done(caller ->
                                Structs.putHandle(
                                        file,
                                        files.open(
                                                caller, Structs.text(path), Structs.flags(file)))));
        set(
                to.create,
                Upcalls.OnIntAndOpen.class,
                (path, mode, file) ->
                        done(caller ->
                                Structs.putHandle(
                                        file,
                                        files.create(
                                                caller,
                                                Structs.text(path),
                                                Structs.flags(file),
                                                mode))));
        set(
                to.read,
                Upcalls.OnBytes.class,
                (_, bytes, size, offset, file) ->
                        answer(caller ->
                                files.read(
                                        caller,
                                        Structs.handle(file),
                                        Structs.segment(bytes, size),
                                        offset)));
        set(
                to.write,
                Upcalls.OnBytes.class,
                (_, bytes, size, offset, file) ->
                        answer(caller ->
                                files.write(
                                        caller,
                                        Structs.handle(file),
                                        Structs.segment(bytes, size),
                                        offset,
                                        Structs.flags(file))));
        set(
                to.fgetattr,
                Upcalls.OnOpenStat.class,
                (_, stat, file) ->
                        done(caller ->
                                Structs.putStat(
                                        stat, files.attributes(caller, Structs.handle(file)))));
        set(
                to.ftruncate,
                Upcalls.OnOpenSize.class,
                (_, size, file) ->
                        done(caller -> files.truncate(caller, Structs.handle(file), size)));
        setSpaceAndEndCalls(to);
    }

    private void setSpaceAndEndCalls(FuseOperations to) {
        set(
                to.fallocate,
                Upcalls.OnAllocate.class,
                (_, mode, offset, length, file) ->
                        done(caller ->
                                files.allocate(
                                        caller, Structs.handle(file), mode, offset, length)));
        set(
                to.flush,
                Upcalls.OnPathAndPointer.class,
                (_, file) ->
                        done(caller ->
                                files.flush(
                                        caller, Structs.handle(file), Structs.lockOwner(file))));
        set(
                to.fsync,
                Upcalls.OnIntAndOpen.class,
                (_, dataOnly, file) ->
                        done(caller -> files.fsync(caller, Structs.handle(file), dataOnly != 0)));
        set(
                to.release,
                Upcalls.OnPathAndPointer.class,
                (_, file) ->
                        done(caller ->
                                files.release(
                                        caller,
                                        Structs.handle(file),
                                        Structs.flags(file),
                                        Structs.flockOwner(file))));
    }

    private void setLockCalls(FuseOperations to) {
        set(
                to.lock,
                Upcalls.OnLock.class,
                (_, file, command, lock) ->
                        command == F_GETLK
                                ? done(caller -> getLock(caller, file, lock))
                                : setLock(
                                        file,
                                        new FileCalls.LockWish(
                                                Structs.lockOwner(file),
                                                Structs.range(lock),
                                                false,
                                                command == F_SETLKW)));
        set(
                to.flock,
                Upcalls.OnFlock.class,
                (_, file, operation) ->
                        setLock(
                                file,
                                new FileCalls.LockWish(
                                        Structs.lockOwner(file),
                                        new LockRange(type(operation), 0, LockRange.END_MAX, 0),
                                        true,
                                        (operation & LOCK_NB) == 0)));
    }

    private void getLock(Caller caller, Pointer file, Pointer lock) {
        Structs.putRange(
                lock,
                files.getLock(
                        caller,
                        Structs.handle(file),
                        Structs.lockOwner(file),
                        Structs.range(lock)));
    }

    private int setLock(Pointer file, FileCalls.LockWish wish) {
        return answer(
                wish.waits() ? SETLKW : 0,
                caller -> {
                    files.setLock(caller, Structs.handle(file), wish);
                    return 0;
                });
    }

    private static LockRange.Type type(int operation) {
        int kind = operation & ~LOCK_NB;
        if (kind == LOCK_UN) {
            return LockRange.Type.UNLOCK;
        }
        return kind == LOCK_SH ? LockRange.Type.READ : LockRange.Type.WRITE;
    }

    private void setDirectoryCalls(FuseOperations to) {
        set(
                to.opendir,
                Upcalls.OnPathAndPointer.class,
                (path, file) ->
                        done(caller ->
                                Structs.putHandle(
                                        file,
                                        directories.open(
                                                caller, Structs.text(path), Structs.flags(file)))));
        set(
                to.readdir,
                Upcalls.OnDirectory.class,
                (_, buffer, filler, offset, file) ->
                        done(caller ->
                                directories.read(
                                        caller,
                                        Structs.handle(file),
                                        offset,
                                        taker(buffer, filler))));
        set(
                to.releasedir,
                Upcalls.OnPathAndPointer.class,
                (_, file) -> done(caller -> directories.release(caller, Structs.handle(file))));
        set(
                to.fsyncdir,
                Upcalls.OnIntAndOpen.class,
                (_, dataOnly, file) ->
                        done(caller ->
                                directories.fsync(caller, Structs.handle(file), dataOnly != 0)));
    }

    /** Gives entries to libfuse, whose function answers 1 when its buffer is full. */
    private static DirectoryCalls.Taker taker(Pointer buffer, Pointer filler) {
        ClosureHelper closures = ClosureHelper.getInstance();
        FuseFillDir fill =
                closures.getNativeConveter(FuseFillDir.class)
                        .fromNative(filler, closures.getFromNativeContext());
        Pointer stat =
                Memory.allocateDirect(
                        Runtime.getSystemRuntime(),
                        Struct.size(new FileStat(Runtime.getSystemRuntime())));
        return entry -> {
            Structs.putStat(stat, entry);
            ByteBuffer name = ByteBuffer.allocate(entry.name().length + 1);
            name.put(entry.name()).put((byte) 0).rewind();
            return fill.apply(buffer, name, stat, entry.nextOffset()) == 0;
        };
    }

    /** One call: what it answers where nothing fails. */
    @FunctionalInterface
    private interface Call {
        int by(Caller caller);
    }

    private int answer(Call call) {
        return answer(0, call);
    }

    /** Nothing may leave this but a number: an exception would end the process. */
    private int answer(int opcode, Call call) {
        long id = lastCall.incrementAndGet();
        inFlight.put(id, new InFlight(Thread.currentThread(), id, opcode));
        try {
            return call.by(caller());
        } catch (FuseException refused) {
            return -refused.errno().number();
        } catch (Throwable broken) {
            LOG.log(System.Logger.Level.ERROR, "a call of libfuse failed unexpectedly", broken);
            return -Errno.EIO.number();
        } finally {
            inFlight.remove(id);
        }
    }

    private int done(Consumer<Caller> call) {
        return answer(caller -> {
            call.accept(caller);
            return 0;
        });
    }

    private Caller caller() {
        FuseContext context = getContext();
        return new Caller(
                context.uid.intValue(),
                context.gid.intValue(),
                context.pid.intValue(),
                context.umask.intValue());
    }

    private <T> void set(BaseStruct.Func<?> function, Class<T> shape, T upcall) {
        upcalls.add(upcall);
        Pointer code =
                Runtime.getSystemRuntime().getClosureManager().getClosurePointer(shape, upcall);
        Struct.getMemory(fuseOperations).putPointer(function.offset(), code);
    }
}
