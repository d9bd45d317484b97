package io.forebay.metadata.flush;

import io.forebay.metadata.state.Space;
import io.forebay.proto.ProbeResult;

/** Who wants to know how the probe of a workspace's location ended. */
public interface ProbeListener {
    void probed(Space space, ProbeResult result);
}
