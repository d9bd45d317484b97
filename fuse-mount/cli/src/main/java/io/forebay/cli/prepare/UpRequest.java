package io.forebay.cli.prepare;

import io.forebay.cli.state.Fuse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What {@code up} was asked for; null: as last time, or the default. */
public record UpRequest(
        @Nullable String mountPoint,
        @Nullable String workspace,
        Bucket bucket,
        Mode mode,
        GivenPorts ports) {

    /**
     * How the mount moves bytes, how long a closed file rests before its upload starts, where other
     * nodes reach the servers, and how long a process that was started again runs until it counts
     * as recovered.
     */
    public record Mode(
            Fuse fuse,
            boolean passthrough,
            int flushDelayMillis,
            @Nullable String listen,
            Duration healthyAfter) {}

    /** Where objects shall go, and what the environment adds to that. */
    public record Bucket(
            @Nullable String name,
            @Nullable String prefix,
            @Nullable String endpoint,
            @Nullable String region,
            AwsVariables variables) {}

    /** Ports that the user insists on; 0: any. */
    public record GivenPorts(int graphql, int objectStore) {}
}
