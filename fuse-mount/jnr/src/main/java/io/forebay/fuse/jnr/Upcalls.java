package io.forebay.fuse.jnr;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.Delegate;

/**
 * The shapes of the functions in {@code struct fuse_operations} (fuse.h of libfuse 2.9). jnr-fuse
 * has interfaces for them too, whose names and paths are strings: a name need not be text, so here
 * they are pointers. A path is null where libfuse gives none.
 */
public final class Upcalls {
    private Upcalls() {}

    /** unlink, rmdir. */
    public interface OnPath {
        @Delegate
        int call(Pointer path);
    }

    /** All with a path, and a pointer to a second path, a name, a struct or an open file. */
    public interface OnPathAndPointer {
        @Delegate
        int call(Pointer path, Pointer other);
    }

    /** fgetattr. */
    public interface OnOpenStat {
        @Delegate
        int call(Pointer path, Pointer stat, Pointer file);
    }

    /** readlink, listxattr. */
    public interface OnBuffer {
        @Delegate
        int call(Pointer path, Pointer buffer, long size);
    }

    /** mkdir, chmod. */
    public interface OnMode {
        @Delegate
        int call(Pointer path, int mode);
    }

    /** mknod. */
    public interface OnDevice {
        @Delegate
        int call(Pointer path, int mode, long device);
    }

    /** chown. */
    public interface OnOwner {
        @Delegate
        int call(Pointer path, int uid, int gid);
    }

    /** truncate. */
    public interface OnSize {
        @Delegate
        int call(Pointer path, long size);
    }

    /** ftruncate. */
    public interface OnOpenSize {
        @Delegate
        int call(Pointer path, long size, Pointer file);
    }

    /** create, fsync, fsyncdir. */
    public interface OnIntAndOpen {
        @Delegate
        int call(Pointer path, int number, Pointer file);
    }

    /** read, write. */
    public interface OnBytes {
        @Delegate
        int call(Pointer path, Pointer bytes, long size, long offset, Pointer file);
    }

    /** readdir. */
    public interface OnDirectory {
        @Delegate
        int call(Pointer path, Pointer buffer, Pointer filler, long offset, Pointer file);
    }

    /** setxattr. */
    public interface OnSetXattr {
        @Delegate
        int call(Pointer path, Pointer name, Pointer value, long size, int flags);
    }

    /** getxattr. */
    public interface OnGetXattr {
        @Delegate
        int call(Pointer path, Pointer name, Pointer value, long size);
    }

    /** lock. */
    public interface OnLock {
        @Delegate
        int call(Pointer path, Pointer file, int command, Pointer lock);
    }

    /** flock. */
    public interface OnFlock {
        @Delegate
        int call(Pointer path, Pointer file, int operation);
    }

    /** fallocate. */
    public interface OnAllocate {
        @Delegate
        int call(Pointer path, int mode, long offset, long length, Pointer file);
    }
}
