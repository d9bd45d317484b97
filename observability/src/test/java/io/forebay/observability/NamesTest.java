package io.forebay.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class NamesTest {
    private static final Path PAGE = Path.of("..", "docs", "METRICS.md");

    @Test
    void thePageIsCurrent() throws Exception {
        assertTrue(Files.exists(PAGE), "docs/METRICS.md is missing; its second line says how.");
        assertEquals(
                ObservabilityPage.text(),
                Files.readString(PAGE),
                "docs/METRICS.md is not current; its second line says how to write it.");
    }

    @Test
    void namesAreUniqueAndWellFormed() {
        unique(MetricName.values(), MetricName::prometheusName, "forebay(_[a-z]+)+");
        unique(MetricName.values(), MetricName::label, "forebay(\\.[a-z]+)+");
        unique(EventName.values(), EventName::label, "[a-z-]+\\.[a-z]+");
        unique(SpanName.values(), SpanName::label, "[a-z]+(\\.[a-z]+)?");
        unique(SpanAttribute.values(), SpanAttribute::label, "forebay\\.[a-z]+");
    }

    @Test
    void anEventLineQuotesWhatWouldBreakIt() {
        assertEquals(
                "event=mount.ready node=n1 path=\"/a b\" note=\"say \\\"x\\\" y\" empty=\"\"",
                EventName.MOUNT_READY.line(
                        "node", "n1", "path", "/a b", "note", "say \"x\"\ny", "empty", ""));
        assertThrows(IllegalArgumentException.class, () -> EventName.MOUNT_READY.line("lonely"));
    }

    @Test
    void prometheusNamesCarryUnitAndTotal() {
        assertEquals("forebay_flush_uploaded_bytes_total", MetricName.FLUSH_BYTES.prometheusName());
        assertEquals("forebay_metadata_seconds", MetricName.METADATA_SECONDS.prometheusName());
        assertEquals("forebay_mounts", MetricName.MOUNTS.prometheusName());
    }

    private static <T> void unique(T[] values, Function<T, String> name, String pattern) {
        Set<String> seen = new HashSet<>();
        List<String> bad =
                Arrays.stream(values)
                        .map(name)
                        .filter(label -> !seen.add(label) || !label.matches(pattern))
                        .toList();
        assertEquals(List.of(), bad);
    }
}
