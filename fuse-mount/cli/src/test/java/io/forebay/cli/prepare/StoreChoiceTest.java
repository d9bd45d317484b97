package io.forebay.cli.prepare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Settings.BucketAt;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class StoreChoiceTest {
    private static final AwsVariables THERE =
            AwsVariables.of(
                    Map.of("AWS_ENDPOINT_URL", "http://there:1", "AWS_REGION", "eu"), null, null);
    private static final BucketAt LOCAL = new BucketAt("forebay", "", null, "us-east-1");
    private static final BucketAt OTHER = new BucketAt("b-1", "p/", "http://other:2", "ap");

    @Test
    void theEnvironmentSaysWhatAStartWithABucketLeavesOut() {
        assertEquals(
                new BucketAt("b-1", "", "http://there:1", "eu"),
                StoreChoice.of(asked("b-1", null, null), null));
        assertEquals(
                new BucketAt("b-1", "p/", "http://there:1", "eu"),
                StoreChoice.of(asked("b-1", null, null), OTHER));
    }

    @Test
    void optionsCountBeforeTheEnvironment() {
        assertEquals(
                new BucketAt("b-1", "", "http://asked:3", "us"),
                StoreChoice.of(asked("b-1", "http://asked:3", "us"), null));
    }

    @Test
    void aStartThatNamesNoStoreGoesOnAsLastTime() {
        assertEquals(LOCAL, StoreChoice.of(asked(null, null, null), null));
        assertEquals(LOCAL, StoreChoice.of(asked(null, null, null), LOCAL));
        assertEquals(OTHER, StoreChoice.of(asked(null, null, null), OTHER));
    }

    @Test
    void aLocalStoreStaysLocalUnlessAnEndpointIsAskedFor() {
        assertEquals(LOCAL, StoreChoice.of(asked("forebay", null, null), LOCAL));
        assertEquals(
                new BucketAt("forebay", "", "http://asked:3", "eu"),
                StoreChoice.of(asked(null, "http://asked:3", null), LOCAL));
    }

    @Test
    void aWrongEndpointNamesWhereItCameFrom() {
        AwsVariables wrong = AwsVariables.of(Map.of("AWS_ENDPOINT_URL", "there"), null, null);
        CliFailure refused =
                assertThrows(
                        CliFailure.class,
                        () ->
                                StoreChoice.of(
                                        new UpRequest.Bucket("b-1", null, null, null, wrong),
                                        null));
        String line = String.valueOf(refused.getMessage());
        assertTrue(line.startsWith("AWS_ENDPOINT_URL there: use"), line);
    }

    private static UpRequest.Bucket asked(
            @Nullable String bucket, @Nullable String endpoint, @Nullable String region) {
        return new UpRequest.Bucket(bucket, null, endpoint, region, THERE);
    }
}
