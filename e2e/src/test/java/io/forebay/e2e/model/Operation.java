package io.forebay.e2e.model;

/** What is done on both sides, and compared. */
sealed interface Operation
        permits PathOperation, HandleOperation, Operation.CompareTrees, Operation.Kill {

    /** Looks at all that can be seen below the directory, through both mounts. */
    record CompareTrees() implements Operation {}

    /** SIGKILL for a process; the next operation comes when its successor runs. */
    record Kill(Victim victim) implements Operation {}

    /** The processes that may die without a program noticing more than a pause. */
    enum Victim {
        FIRST_MOUNT,
        SECOND_MOUNT,
        WORKER,
        CONTROL_PLANE
    }
}
