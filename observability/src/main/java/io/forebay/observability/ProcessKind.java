package io.forebay.observability;

/** The process that reports something. */
public enum ProcessKind {
    CONTROL_PLANE("control plane"),
    WORKER("worker"),
    MOUNT("mount");

    private final String text;

    ProcessKind(String text) {
        this.text = text;
    }

    /** As people read it. */
    public String text() {
        return text;
    }
}
