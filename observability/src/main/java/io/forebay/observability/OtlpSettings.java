package io.forebay.observability;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where traces go: OpenTelemetry's own settings, as <a
 * href="https://opentelemetry.io/docs/languages/sdk-configuration/otlp-exporter/">its
 * specification</a> names them, and none of ours. The mount's SDK reads them by itself; Quarkus has
 * an exporter with names of its own, so that the control plane and the worker look them up here.
 */
public final class OtlpSettings {
    /** What is used where nobody says: the specification asks for it. */
    public static final String PROTOCOL = "http/protobuf";

    /** Before each name of Quarkus' exporter. */
    public static final String QUARKUS = "quarkus.otel.exporter.otlp.";

    /** Quarkus' own switch, which no variable of OpenTelemetry turns on. */
    public static final String QUARKUS_DISABLED = "quarkus.otel.sdk.disabled";

    private static final String STANDARD = "otel.exporter.otlp.";
    private static final String STANDARD_DISABLED = "otel.sdk.disabled";
    private static final String TRACES = "traces.";
    private static final String ENDPOINT = "endpoint";
    private static final String TRACES_PATH = "/v1/traces";

    /** Quarkus' names and the standard ones, without what stands before both. */
    private static final Map<String, String> NAMES =
            Map.of(
                    ENDPOINT,
                    ENDPOINT,
                    "protocol",
                    "protocol",
                    "headers",
                    "headers",
                    "compression",
                    "compression",
                    "timeout",
                    "timeout",
                    "trust-cert.certs",
                    "certificate");

    private OtlpSettings() {}

    /** What somebody said; defaults are nobody's wish. Names are those of properties. */
    public interface Lookup {
        Optional<String> find(String name);
    }

    /** Whether somebody named an endpoint for traces, and nobody switched them off. */
    public static boolean areWanted(Lookup said) {
        boolean off =
                List.of(QUARKUS_DISABLED, STANDARD_DISABLED).stream()
                        .flatMap(name -> said.find(name).stream())
                        .anyMatch(Boolean::parseBoolean);
        return !off && of(QUARKUS + TRACES + ENDPOINT, said).isPresent();
    }

    /**
     * The value of a setting of Quarkus' exporter, for all signals or for traces; empty where it is
     * none of those that have a standard name, and where nobody said anything.
     */
    public static Optional<String> of(String quarkusName, Lookup said) {
        String ofAll = quarkusName.replace(QUARKUS + TRACES, QUARKUS);
        if (!ofAll.startsWith(QUARKUS)) {
            return Optional.empty();
        }
        String name = ofAll.substring(QUARKUS.length());
        String standard = NAMES.get(name);
        if (standard == null) {
            return Optional.empty();
        }
        boolean traces = !ofAll.equals(quarkusName);
        return said.find(quarkusName)
                .or(() -> traces ? said.find(ofAll) : Optional.empty())
                .or(() -> traces ? ofTraces(standard, said) : Optional.empty())
                .or(() -> said.find(STANDARD + standard).map(value -> inQuarkus(name, value)))
                .or(() -> name.equals("protocol") ? Optional.of(PROTOCOL) : Optional.empty());
    }

    /**
     * The standard has the whole address here, and Quarkus appends the path to what it is given.
     */
    private static Optional<String> ofTraces(String standard, Lookup said) {
        return said.find(STANDARD + TRACES + standard)
                .map(value ->
                        standard.equals(ENDPOINT) && value.endsWith(TRACES_PATH)
                                ? value.substring(0, value.length() - TRACES_PATH.length())
                                : inQuarkus(standard, value));
    }

    /** A number is milliseconds in the standard, and seconds in Quarkus. */
    private static String inQuarkus(String name, String value) {
        return name.equals("timeout") && value.chars().allMatch(Character::isDigit)
                ? value + "ms"
                : value;
    }
}
