package io.forebay.persist.flush;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;

/**
 * The engine's bounds.
 *
 * @param tasks tasks in flight
 * @param parts parts of large files in flight, of all files together
 * @param takeWait how long the control plane may wait for work
 * @param busyWait how long a busy key is waited for before the task is given back
 * @param closeWait how long {@link FlushEngine#close} waits for tasks in flight
 * @param clock for durations
 * @param threads of the work, at most {@code tasks} and {@code parts} together and a few; where
 *     they yield to others, so does the flush
 * @param untoldAge uploads without a part, of which no worker has told, are aborted when they are
 *     as old as that: nobody's first part takes so long
 */
public record FlushSettings(
        int tasks,
        int parts,
        Duration takeWait,
        Duration busyWait,
        Duration closeWait,
        InstantSource clock,
        ThreadFactory threads,
        Duration untoldAge) {
    private static final Duration UNTOLD_AGE = Duration.ofHours(1);

    /** The same with another. */
    public FlushSettings withUntoldAge(Duration age) {
        return new FlushSettings(tasks, parts, takeWait, busyWait, closeWait, clock, threads, age);
    }

    /** With the usual {@code untoldAge}. */
    public FlushSettings(
            int tasks,
            int parts,
            Duration takeWait,
            Duration busyWait,
            Duration closeWait,
            InstantSource clock,
            ThreadFactory threads) {
        this(tasks, parts, takeWait, busyWait, closeWait, clock, threads, UNTOLD_AGE);
    }

    /**
     * 16 tasks hide a store's latency for small files; 4 parts fill a 10 Gb/s link; waits of 20 s
     * stay below the idle limits of proxies; a store that answers ends small files within 3 s, and
     * for one that does not nobody who stops the worker should wait.
     */
    public static FlushSettings defaults(InstantSource clock, ThreadFactory threads) {
        return new FlushSettings(
                16,
                4,
                Duration.ofSeconds(20),
                Duration.ofSeconds(30),
                Duration.ofSeconds(3),
                clock,
                threads);
    }
}
