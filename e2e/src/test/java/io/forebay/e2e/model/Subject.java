package io.forebay.e2e.model;

/** A directory, empty at first, on which steps are performed. */
interface Subject extends AutoCloseable {
    Outcome perform(Step step);

    /** Closes what is open, and removes the directory. */
    @Override
    void close();
}
