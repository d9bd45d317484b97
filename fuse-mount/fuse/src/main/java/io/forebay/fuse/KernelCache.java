package io.forebay.fuse;

/**
 * What the kernel keeps of a mount, to be cut short where somebody else changed it. What the kernel
 * does not know is no failure.
 *
 * <p>All but {@link #forgetAttributes} and {@link #expireAllNames} may wait for locks that the
 * kernel holds while it waits for an answer: they are for threads that answer no requests.
 */
public interface KernelCache {
    /** Keeps nothing. */
    KernelCache NONE =
            new KernelCache() {
                @Override
                public void expireName(long parent, byte[] name) {}

                @Override
                public void removedName(long parent, long node, byte[] name) {}

                @Override
                public void forgetAttributes(long node) {}

                @Override
                public void forgetContent(long node) {}

                @Override
                public boolean expireAllNames() {
                    return true;
                }
            };

    /** The name is looked up anew when it is next used, whether it was there or not. */
    void expireName(long parent, byte[] name);

    /** The name has gone from the node; the kernel gives the node up as soon as nobody uses it. */
    void removedName(long parent, long node, byte[] name);

    /** The node's attributes and access control lists are asked for anew. Waits for nothing. */
    void forgetAttributes(long node);

    /** As {@link #forgetAttributes}, and the pages of the node's content as well. */
    void forgetContent(long node);

    /**
     * Every name is looked up anew. Waits for nothing.
     *
     * @return whether the kernel can do that (Linux 6.16)
     */
    boolean expireAllNames();
}
