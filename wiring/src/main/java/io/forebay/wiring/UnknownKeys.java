package io.forebay.wiring;

import static io.smallrye.config.ConfigMappings.ConfigClass.configClass;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.smallrye.config.ConfigMappings;
import java.util.Comparator;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Refuses configuration keys below {@code forebay} that nobody reads: a misspelt key must not be
 * ignored. In the environment, where names are shared with scripts, only what is close to a key is
 * taken for a misspelling.
 */
public final class UnknownKeys {
    /** Two letters swapped are two edits, and one more for a slip. */
    private static final int MISSPELLING_EDITS_MAX = 3;

    private static final String PREFIX = "forebay.";
    private static final String ENVIRONMENT_PREFIX = "FOREBAY_";

    private final Set<String> known;

    private UnknownKeys(Set<String> known) {
        this.known = known;
    }

    /**
     * @param mapping names every key that is read
     * @throws ForebayException INVALID, with the nearest key that is read
     */
    public static void refuse(Config config, Class<?> mapping) {
        new UnknownKeys(ConfigMappings.getProperties(configClass(mapping)).keySet()).refuse(config);
    }

    private void refuse(Config config) {
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

    private boolean isUnknown(String name) {
        if (name.startsWith(ENVIRONMENT_PREFIX)) {
            int edits = distance(dotted(name), dotted(nearest(name)));
            return edits > 0 && edits <= MISSPELLING_EDITS_MAX;
        }
        return name.startsWith(PREFIX) && !known.contains(name) && !cameFromEnvironment(name);
    }

    /** The environment's names appear a second time, in the form that properties have. */
    private static boolean cameFromEnvironment(String name) {
        return System.getenv(environmentForm(name)) != null;
    }

    private String nearest(String name) {
        return known.stream()
                .min(Comparator.comparingInt(key -> distance(dotted(name), dotted(key))))
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
