package io.forebay.server.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingsTest {
    @Test
    void theStateDirectoryIsMadeAbsolute() {
        assertEquals(
                Path.of("/a/c"),
                settings(Map.of("forebay.state.directory", "/a/b/../c")).stateDirectory());
    }

    @Test
    void aMissingStateDirectoryIsAskedFor() {
        for (Map<String, String> none :
                List.of(Map.<String, String>of(), Map.of("forebay.state.directory", " "))) {
            ForebayException refusal = assertThrows(ForebayException.class, () -> settings(none));
            assertEquals(FailureKind.FAILURE_INVALID, refusal.kind());
            assertTrue(refusal.getMessage().contains("forebay.state.directory"));
        }
    }

    private static ServerSettings settings(Map<String, String> values) {
        return ServerSettings.of(config(values).getConfigMapping(ServerMapping.class));
    }

    private static SmallRyeConfig config(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(values, "given", 400))
                .withMapping(ServerMapping.class)
                .withDefaultValue("smallrye.config.mapping.validate-unknown", "false")
                .build();
    }
}
