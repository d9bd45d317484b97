package io.forebay.e2e.bench;

/** Where the same work is done. */
enum Target {
    RAW("raw directory"),
    PASSTHROUGH("mount"),
    DAEMON("mount, no passthrough");

    private final String label;

    Target(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
