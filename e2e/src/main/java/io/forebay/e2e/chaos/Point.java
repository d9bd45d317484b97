package io.forebay.e2e.chaos;

/** Where on a file's way the kill comes. */
enum Point {
    MID_WRITE("mid write"),
    FSYNC_TO_UPLOAD("between fsync and upload"),
    MID_PART("mid part"),
    LAST_PART_TO_COMPLETE("between last part and complete"),
    COMPLETE_LOST("response to complete lost"),
    MID_RENAME("mid rename"),
    MID_DIRECTORY_RENAME("mid directory rename"),
    MID_DELETE("mid delete");

    private final String label;

    Point(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
