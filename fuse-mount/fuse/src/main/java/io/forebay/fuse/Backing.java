package io.forebay.fuse;

/**
 * Registers files with the kernel for passthrough. One id per inode serves all its opens until the
 * last release: the kernel refuses a second one.
 */
public interface Backing {
    /** Whether the kernel and this process's privileges allow passthrough at all. */
    boolean available();

    /**
     * Registers an open file.
     *
     * @return the backing id, above 0
     * @throws FuseException with the kernel's errno
     */
    int open(int fileDescriptor);

    /** Gives an id back; opens that use it go on. */
    void close(int backingId);
}
