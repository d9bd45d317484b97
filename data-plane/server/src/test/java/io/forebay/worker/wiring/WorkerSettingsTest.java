package io.forebay.worker.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.persist.s3.S3Settings;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class WorkerSettingsTest {
    private static final Map<String, String> MINIMAL =
            Map.of(
                    "forebay.worker.staging-directory", "/staging",
                    "forebay.worker.socket", "/run/w.sock",
                    "forebay.worker.node", "node-1");

    @Test
    void littleIsEnough() {
        WorkerSettings settings = settings(Map.of());
        assertEquals("node-1", settings.id());
        assertEquals("127.0.0.1:8482", settings.address());
        assertEquals(Path.of("/staging"), settings.stagingDirectory());
        assertTrue(settings.capacityBytes().isEmpty());
        assertEquals(Duration.ofMinutes(1), settings.fetchWait());
        assertEquals(Duration.ofHours(1), settings.untoldAge());
        assertEquals(new WorkerSettings.Address("127.0.0.1", 9090), settings.controlPlane());
        assertFalse(settings.s3().pathStyle());
        assertTrue(settings.s3().keys().isEmpty());
    }

    @Test
    void theAgeOfUntoldUploadsCounts() {
        WorkerSettings settings = settings(Map.of("forebay.worker.untold-upload-seconds", "7"));
        assertEquals(Duration.ofSeconds(7), settings.untoldAge());
    }

    @Test
    void everyKeyCounts() {
        WorkerSettings settings =
                settings(
                        Map.of(
                                "forebay.worker.id", "w",
                                "forebay.worker.capacity-bytes", "1000",
                                "forebay.worker.fetch-wait-seconds", "600",
                                "forebay.control-plane", "cp:1",
                                "forebay.worker.address", "node-1.cluster:9",
                                "forebay.s3.endpoint", "http://s3:9000",
                                "forebay.s3.region", "eu",
                                "forebay.s3.access-key", "a",
                                "forebay.s3.secret-key", "hunter2",
                                "forebay.s3.session-token", "hunter3"));
        assertEquals("w", settings.id());
        assertEquals(1000, settings.capacityBytes().orElseThrow());
        assertEquals(Duration.ofMinutes(10), settings.fetchWait());
        assertEquals("cp", settings.controlPlane().host());
        assertEquals("node-1.cluster:9", settings.address());
        assertTrue(settings.s3().pathStyle());
        assertEquals("eu", settings.s3().region());
        assertEquals(
                Optional.of(new S3Settings.Keys("a", "hunter2", Optional.of("hunter3"))),
                settings.s3().keys());
        assertFalse(settings.toString().contains("hunter"));
    }

    @Test
    void wrongValuesNameTheirKey() {
        Map<String, String> wrong = new HashMap<>();
        wrong.put("forebay.worker.staging-directory", "");
        wrong.put("forebay.worker.socket", "a\0b");
        wrong.put("forebay.worker.capacity-bytes", "-1");
        wrong.put("forebay.worker.fetch-wait-seconds", "601");
        wrong.put("forebay.worker.untold-upload-seconds", "0");
        wrong.put("forebay.control-plane", "host");
        wrong.put("forebay.worker.address", "host:port");
        wrong.put("forebay.s3.endpoint", "not an address");
        wrong.put("forebay.s3.path-style", "maybe");
        wrong.forEach((key, value) -> {
            ForebayException e =
                    assertThrows(ForebayException.class, () -> settings(Map.of(key, value)));
            assertEquals(FailureKind.FAILURE_INVALID, e.kind());
            assertTrue(String.valueOf(e.getMessage()).contains(key), e.getMessage());
        });
        ForebayException e =
                assertThrows(
                        ForebayException.class,
                        () -> settings(Map.of("forebay.s3.access-key", "a")));
        assertTrue(String.valueOf(e.getMessage()).contains("forebay.s3.secret-key"));
    }

    /** As after a start with other keys, in whose environment the token is empty. */
    @Test
    void anEmptySessionTokenIsNone() {
        WorkerSettings settings =
                settings(
                        Map.of(
                                "forebay.s3.access-key", "a",
                                "forebay.s3.secret-key", "s",
                                "forebay.s3.session-token", ""));
        assertEquals(
                Optional.of(new S3Settings.Keys("a", "s", Optional.empty())), settings.s3().keys());
    }

    @Test
    void aSessionTokenNeedsItsKeys() {
        ForebayException e =
                assertThrows(
                        ForebayException.class,
                        () -> settings(Map.of("forebay.s3.session-token", "hunter3")));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("forebay.s3.access-key"), message);
        assertFalse(message.contains("hunter3"), message);
    }

    private static WorkerSettings settings(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(MINIMAL);
        all.putAll(more);
        return WorkerSettings.of(
                config(all).getConfigMapping(WorkerMapping.class),
                new WorkerSettings.Address("127.0.0.1", 8482));
    }

    private static SmallRyeConfig config(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(WorkerMapping.class)
                .withValidateUnknown(false) // as application.properties says
                .withDefaultValues(values)
                .build();
    }
}
