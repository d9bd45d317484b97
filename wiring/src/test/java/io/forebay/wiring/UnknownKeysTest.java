package io.forebay.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.WithName;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class UnknownKeysTest {
    @ConfigMapping(prefix = "forebay")
    interface Keys {
        @WithName("state.directory")
        Optional<String> stateDirectory();

        @WithName("worker.capacity-bytes")
        Optional<String> capacityBytes();
    }

    @Test
    void anUnknownKeyIsRefusedWithTheNearest() {
        ForebayException refusal = refusal(Map.of("forebay.state.directroy", "/x"));
        assertEquals(FailureKind.FAILURE_INVALID, refusal.kind());
        assertTrue(refusal.getMessage().contains("key=forebay.state.directroy"));
        assertTrue(refusal.getMessage().contains("nearest=forebay.state.directory"));
        refusal = refusal(Map.of("forebay.worker.capacity-byte", "1"));
        assertTrue(refusal.getMessage().contains("nearest=forebay.worker.capacity-bytes"));
    }

    @Test
    void aMisspeltVariableIsRefusedButAScriptsOwnIsNot() {
        ForebayException refusal = refusal(Map.of("FOREBAY_STATE_DIRECTROY", "/x"));
        assertTrue(refusal.getMessage().contains("nearest=FOREBAY_STATE_DIRECTORY"));
        refusal = refusal(Map.of("FOREBAY_WORKER_CAPACITY_BYTE", "1"));
        assertTrue(refusal.getMessage().contains("nearest=FOREBAY_WORKER_CAPACITY_BYTES"));
        refuse(Map.of("FOREBAY_JAVA_OPTIONS", "-Xmx1g"));
    }

    @Test
    void knownAndForeignKeysPass() {
        refuse(
                Map.of(
                        "forebay.state.directory", "/x",
                        "forebay.worker.capacity-bytes", "1",
                        "FOREBAY_WORKER_CAPACITY_BYTES", "1",
                        "quarkus.http.port", "1",
                        "forebayish.key", "1"));
    }

    private static ForebayException refusal(Map<String, String> given) {
        return assertThrows(ForebayException.class, () -> refuse(given));
    }

    private static void refuse(Map<String, String> given) {
        UnknownKeys.refuse(
                new SmallRyeConfigBuilder()
                        .withSources(new PropertiesConfigSource(given, "given", 400))
                        .build(),
                Keys.class);
    }
}
