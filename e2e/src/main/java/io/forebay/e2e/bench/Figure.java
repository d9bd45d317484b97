package io.forebay.e2e.bench;

/** What is measured; more is better in each. */
enum Figure {
    WRITE_FRESH("write, fresh file", "GB/s"),
    REWRITE("rewrite in place", "GB/s"),
    READ_FIRST("read for the first time after the write", "GB/s"),
    READ_AGAIN("read again, hot", "GB/s"),
    SAVE("save 1 MiB: temp, fsync, rename", "1/s"),
    CREATE_COLD("create, first files after the start", "1/s"),
    CREATE("create, exclusive, and close", "1/s"),
    STAT("stat, warm", "1/s"),
    LIST("entries listed with their attributes", "1/s"),
    RENAME("rename", "1/s"),
    UNLINK("unlink", "1/s");

    private final String label;
    private final String unit;

    Figure(String label, String unit) {
        this.label = label;
        this.unit = unit;
    }

    String label() {
        return label;
    }

    String unit() {
        return unit;
    }
}
