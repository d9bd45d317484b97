package io.forebay.fuse;

/**
 * Registers files with the kernel for passthrough. One id per inode serves all its opens until the
 * last release: the kernel refuses a second one.
 */
public interface Backing {
    /** Without passthrough. */
    Backing NONE =
            new Backing() {
                @Override
                public boolean available() {
                    return false;
                }

                @Override
                public int open(int fileDescriptor) {
                    throw new FuseException(Errno.EOPNOTSUPP);
                }

                @Override
                public void close(int backingId) {}
            };

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
