package io.forebay.worker.wiring;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Refuses configuration keys below {@code forebay} that nobody reads: a misspelt key must not be
 * ignored. In the environment, where names are shared with scripts, only what is close to a key is
 * taken for a misspelling.
 */
final class UnknownKeys {
    static final List<String> KNOWN =
            List.of(
                    "forebay.worker.id",
                    "forebay.worker.node",
                    "forebay.worker.staging-directory",
                    "forebay.worker.socket",
                    "forebay.worker.capacity-bytes",
                    "forebay.control-plane",
                    "forebay.s3.endpoint",
                    "forebay.s3.region",
                    "forebay.s3.path-style",
                    "forebay.s3.access-key",
                    "forebay.s3.secret-key",
                    "forebay.otlp.endpoint",
                    "forebay.seed");

    /** Two letters swapped are two edits, and one more for a slip. */
    private static final int MISSPELLING_EDITS_MAX = 3;

    private static final String PREFIX = "forebay.";
    private static final String ENVIRONMENT_PREFIX = "FOREBAY_";

    private UnknownKeys() {}

    static void refuse(Config config) {
        TreeSet<String> unknown = new TreeSet<>();
        for (ConfigSource source : config.getConfigSources()) {
            for (String name : source.getPropertyNames()) {
                if (isUnknown(name)) {
                    unknown.add(name);
                }
            }
        }
        if (!unknown.isEmpty()) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID,
                            "A configuration key is unknown: correct or remove it.")
                    .with("key", unknown.first())
                    .with("nearest", shownAs(unknown.first(), nearest(unknown.first())));
        }
    }

    private static boolean isUnknown(String name) {
        if (name.startsWith(ENVIRONMENT_PREFIX)) {
            int edits = distance(dotted(name), dotted(nearest(name)));
            return edits > 0 && edits <= MISSPELLING_EDITS_MAX;
        }
        return name.startsWith(PREFIX) && !KNOWN.contains(name) && !cameFromEnvironment(name);
    }

    /** The environment's names appear a second time, in the form that properties have. */
    private static boolean cameFromEnvironment(String name) {
        return System.getenv(environmentForm(name)) != null;
    }

    private static String nearest(String name) {
        return KNOWN.stream()
                .min(Comparator.comparingInt(known -> distance(dotted(name), dotted(known))))
                .orElseThrow();
    }

    private static String shownAs(String unknown, String known) {
        return unknown.startsWith(ENVIRONMENT_PREFIX) ? environmentForm(known) : known;
    }

    private static String environmentForm(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    private static String dotted(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '.').replace('-', '.');
    }

    /** Levenshtein's distance: the least number of letters to insert, delete or exchange. */
    static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int exchange = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(exchange, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
