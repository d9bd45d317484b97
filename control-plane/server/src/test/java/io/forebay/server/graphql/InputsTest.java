package io.forebay.server.graphql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class InputsTest {
    @Test
    void workspaceNames() {
        for (String right : List.of("a", "0", "a-b", "x".repeat(63))) {
            assertEquals(right, Inputs.workspaceName(right));
        }
        for (String wrong : List.of("", "-a", "a-", "A", "a_b", "a b", "x".repeat(64), "é")) {
            refused(() -> Inputs.workspaceName(wrong));
        }
    }

    @Test
    void buckets() {
        for (String right : List.of("my-bucket", "a.b", "Old_Bucket", "ab")) {
            assertEquals(right, Inputs.bucket(right));
        }
        for (String wrong : List.of("", "a", "s3://b", "b/p", "b b", "-b")) {
            refused(() -> Inputs.bucket(wrong));
        }
    }

    @Test
    void prefixes() {
        for (String right : List.of("", "a/", "a/b/", "é/")) {
            assertEquals(right, Inputs.prefix(right));
        }
        for (String wrong : List.of("a", "/", "/a/", "a//", "a//b/", "x".repeat(512) + "/")) {
            refused(() -> Inputs.prefix(wrong));
        }
    }

    @Test
    void numbers() {
        assertEquals(0, Inputs.flushDelayMillis(0));
        refused(() -> Inputs.flushDelayMillis(-1));
        refused(() -> Inputs.flushDelayMillis(86_400_001));
        assertEquals(3600, Inputs.timeoutSeconds(3600));
        refused(() -> Inputs.timeoutSeconds(-1));
        refused(() -> Inputs.timeoutSeconds(3601));
        refused(() -> Inputs.quotaBytes(-1));
    }

    @Test
    void paths() {
        assertEquals("", path(""));
        assertEquals("", path("/"));
        assertEquals("a/b", path("a/b"));
        assertEquals("a/b", path("//a//b/"));
        assertEquals("...", path("..."));
        for (String wrong : List.of(".", "a/..", "../a", "a\0b")) {
            refused(() -> Inputs.path(wrong));
        }
    }

    private static String path(String text) {
        return new String(Inputs.path(text), UTF_8);
    }

    private static void refused(Executable call) {
        ForebayException refusal = assertThrows(ForebayException.class, call);
        assertEquals(FailureKind.FAILURE_INVALID, refusal.kind());
    }
}
