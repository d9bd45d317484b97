package io.forebay.persist.flush;

import java.time.Duration;
import java.time.InstantSource;

/**
 * The engine's bounds.
 *
 * @param tasks tasks in flight
 * @param parts parts of large files in flight, of all files together
 * @param takeWait how long the control plane may wait for work
 * @param busyWait how long a busy key is waited for before the task is given back
 * @param closeWait how long {@link FlushEngine#close} waits for tasks in flight
 * @param clock for durations
 */
public record FlushSettings(
        int tasks,
        int parts,
        Duration takeWait,
        Duration busyWait,
        Duration closeWait,
        InstantSource clock) {
    /**
     * 16 tasks hide a store's latency for small files; 4 parts fill a 10 Gb/s link; waits of 20 s
     * stay below the idle limits of proxies.
     */
    public static FlushSettings defaults(InstantSource clock) {
        return new FlushSettings(
                16,
                4,
                Duration.ofSeconds(20),
                Duration.ofSeconds(30),
                Duration.ofSeconds(20),
                clock);
    }
}
