package io.forebay.e2e;

/** How reads and writes travel. */
public enum DataPath {
    /** From the kernel to the staged file. */
    PASSTHROUGH,
    /** Through the mount's process. */
    PROCESS;

    public DataPath other() {
        return this == PASSTHROUGH ? PROCESS : PASSTHROUGH;
    }
}
