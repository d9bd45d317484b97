package io.forebay.e2e.chaos.site;

/** Who gets SIGKILL. */
public enum Victim {
    MOUNT("mount"),
    WORKER("worker"),
    CONTROL_PLANE("control plane"),
    OBJECT_STORE("object store");

    private final String label;

    Victim(String label) {
        this.label = label;
    }

    /** As the command line names the process. */
    public String label() {
        return label;
    }
}
