package io.forebay.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.cli.prepare.AwsVariables;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WorkerLaunchTest {
    @Test
    void theWorkerGetsTheTokenOfItsKeys() {
        assertEquals(
                Map.of(
                        "FOREBAY_S3_ACCESS_KEY", "a",
                        "FOREBAY_S3_SECRET_KEY", "s",
                        "FOREBAY_S3_SESSION_TOKEN", "t"),
                WorkerLaunch.environment(new AwsVariables.Keys("a", "s", "t")));
    }

    /** The empty one hides what the worker would inherit. */
    @Test
    void staticKeysGetNoToken() {
        assertEquals(
                Map.of(
                        "FOREBAY_S3_ACCESS_KEY", "a",
                        "FOREBAY_S3_SECRET_KEY", "s",
                        "FOREBAY_S3_SESSION_TOKEN", ""),
                WorkerLaunch.environment(new AwsVariables.Keys("a", "s", null)));
    }

    /** The SDK looks for itself then. */
    @Test
    void withoutKeysNothingIsSaid() {
        assertEquals(Map.of(), WorkerLaunch.environment(new AwsVariables.Keys("a", null, "t")));
    }
}
