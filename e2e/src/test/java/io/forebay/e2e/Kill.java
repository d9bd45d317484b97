package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.system.Deployment;
import java.time.Duration;

/** SIGKILL, as the kernel sends it when memory is out. */
public final class Kill {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Kill() {}

    /** Returns when another process of that name runs. */
    public static void andAwaitSuccessor(Deployment deployment, String process) throws Exception {
        long before = deployment.pid(process);
        assertTrue(ProcessHandle.of(before).orElseThrow().destroyForcibly());
        Eventually.holds(
                "another " + process + " runs", LIMIT, () -> deployment.pid(process) != before);
    }
}
