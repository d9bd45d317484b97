package io.forebay.cli.prepare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AwsVariablesTest {
    private static final Map<String, String> TEMPORARY =
            Map.of(
                    "AWS_ACCESS_KEY_ID", "a",
                    "AWS_SECRET_ACCESS_KEY", "s",
                    "AWS_SESSION_TOKEN", "t");

    @Test
    void aTokenComesWithItsKeys() {
        AwsVariables.Keys keys = AwsVariables.of(TEMPORARY, null, null).keys();
        assertEquals(new AwsVariables.Keys("a", "s", "t"), keys);
        assertFalse(keys.toString().contains("t]"), keys.toString());
    }

    @Test
    void aTokenIsNotCombinedWithKeysOfOptions() {
        assertEquals(
                new AwsVariables.Keys("b", "z", null), AwsVariables.of(TEMPORARY, "b", "z").keys());
        assertEquals(
                new AwsVariables.Keys("b", "s", null),
                AwsVariables.of(TEMPORARY, "b", null).keys());
        assertEquals(
                new AwsVariables.Keys("a", "z", null),
                AwsVariables.of(TEMPORARY, null, "z").keys());
    }

    @Test
    void aProcessFindsTheseKeysAndNoOthers() {
        Map<String, String> environment = new HashMap<>(TEMPORARY);
        environment.put("PATH", "/bin");
        new AwsVariables.Keys("b", "z", null).replaceIn(environment);
        assertEquals(
                Map.of("AWS_ACCESS_KEY_ID", "b", "AWS_SECRET_ACCESS_KEY", "z", "PATH", "/bin"),
                environment);
    }

    @Test
    void theNarrowerNameCountsFirst() {
        AwsVariables both =
                AwsVariables.of(
                        Map.of(
                                "AWS_ENDPOINT_URL_S3", "http://s3",
                                "AWS_ENDPOINT_URL", "http://all",
                                "AWS_REGION", "eu",
                                "AWS_DEFAULT_REGION", "us"),
                        null,
                        null);
        assertEquals("http://s3", both.endpoint());
        assertEquals("eu", both.region());
        AwsVariables wide =
                AwsVariables.of(
                        Map.of(
                                "AWS_ENDPOINT_URL_S3", " ",
                                "AWS_ENDPOINT_URL", "http://all",
                                "AWS_REGION", "",
                                "AWS_DEFAULT_REGION", "us"),
                        null,
                        null);
        assertEquals("http://all", wide.endpoint());
        assertEquals("us", wide.region());
        assertNull(AwsVariables.NONE.endpoint());
    }
}
