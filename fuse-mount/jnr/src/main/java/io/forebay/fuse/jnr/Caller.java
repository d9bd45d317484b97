package io.forebay.fuse.jnr;

/** Who asks, as {@code struct fuse_context} of libfuse says. */
record Caller(int uid, int gid, int pid, int umask) {
    /** The library itself. */
    static final Caller LIBRARY = new Caller(0, 0, 0, 0);
}
