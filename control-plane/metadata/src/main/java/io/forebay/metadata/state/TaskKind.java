package io.forebay.metadata.state;

/** What a worker can be asked to do. The codes are stored. */
public enum TaskKind {
    UPLOAD(0),
    REMOVE_OBJECT(1),
    DROP_STAGED(2),
    EVICT(3),
    PROBE(4),
    SETTLE(5),
    COPY(6),
    DROP_COPY(7),
    IMPORT(40),
    CHECK(80);

    private final int code;

    TaskKind(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static TaskKind of(long code) {
        return switch ((int) code) {
            case 0 -> UPLOAD;
            case 1 -> REMOVE_OBJECT;
            case 2 -> DROP_STAGED;
            case 3 -> EVICT;
            case 4 -> PROBE;
            case 5 -> SETTLE;
            case 40 -> IMPORT;
            case 80 -> CHECK;
            case 6 -> COPY;
            case 7 -> DROP_COPY;
            default -> throw new IllegalStateException("no task has the code " + code);
        };
    }
}
