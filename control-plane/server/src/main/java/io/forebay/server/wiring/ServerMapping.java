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

    /** For tests only: what random tests start from. Named here so that it is no unknown key. */
    Optional<String> seed();
}
