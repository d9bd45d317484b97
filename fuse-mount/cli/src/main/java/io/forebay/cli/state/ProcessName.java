package io.forebay.cli.state;

/** The processes of an instance, in the order in which they stop. */
public enum ProcessName {
    /** Starts the mount, and keeps it while its process dies and comes back. */
    HOLDER("mount holder"),
    MOUNT("mount"),
    WORKER("worker"),
    CONTROL_PLANE("control plane"),
    OBJECT_STORE("object store");

    private final String label;

    ProcessName(String label) {
        this.label = label;
    }

    /** As people read it. */
    public String label() {
        return label;
    }

    /** As files are named after it. */
    public String fileName() {
        return label.replace(' ', '-');
    }
}
