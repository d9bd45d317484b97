package io.forebay.server.wiring;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithName;
import java.util.Optional;

/** The keys of ours that the control plane reads; {@link ServerSettings} checks their values. */
@ConfigMapping(prefix = "forebay")
interface ServerMapping {
    /** Where everything is kept that must outlive the process. */
    @WithName("state.directory")
    Optional<String> stateDirectory();

    /**
     * How often, in seconds, each bucket is looked at for what others do there, 0 to 86,400; 0:
     * never. Absent: 5, so that a change shows within 10 s. Costs one listing request for each
     * 1,000 objects, and at most 10 requests in that time.
     */
    @WithName("bucket-scan-seconds")
    Optional<String> bucketScanSeconds();

    /**
     * How many seconds a worker may be silent before workers with copies take its place, 5 to 3600.
     * Absent: 30.
     */
    @WithName("worker.lost-seconds")
    Optional<String> workerLostSeconds();

    /** For tests only: what random tests start from. Named here so that it is no unknown key. */
    Optional<String> seed();
}
