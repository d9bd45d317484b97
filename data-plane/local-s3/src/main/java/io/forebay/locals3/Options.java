package io.forebay.locals3;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The command line, and the keys, which come by the environment: everybody can read the former. */
record Options(Path directory, int port, String accessKey, String secretKey, String bucket) {
    private static final Set<String> NAMES = Set.of("--directory", "--port", "--bucket");

    /** S3's rule for the names of buckets; S3Proxy does not find a bucket that breaks it. */
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    /** The text that a person sees after a mistake. */
    static final String USAGE =
            "usage: AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=S local-s3 --directory DIR --port P"
                    + " --bucket B";

    static Options parse(Map<String, String> environment, String... arguments) {
        Map<String, String> given = new HashMap<>(environment);
        for (int i = 0; i < arguments.length; i += 2) {
            String name = arguments[i];
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException("unknown option " + name + "; " + USAGE);
            }
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(name + " wants a value; " + USAGE);
            }
            given.put(name, arguments[i + 1]);
        }
        return new Options(
                Path.of(need(given, "--directory")).toAbsolutePath().normalize(),
                port(need(given, "--port")),
                need(given, "AWS_ACCESS_KEY_ID"),
                need(given, "AWS_SECRET_ACCESS_KEY"),
                bucket(need(given, "--bucket")));
    }

    private static String bucket(String name) {
        if (!BUCKET.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "--bucket wants 3 to 63 of a-z, 0-9, '-' and '.', not " + name);
        }
        return name;
    }

    private static String need(Map<String, String> given, String name) {
        String value = given.getOrDefault(name, "");
        if (value.isEmpty()) {
            throw new IllegalArgumentException(name + " is missing; " + USAGE);
        }
        return value;
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Told below, as a number out of range is.
        }
        throw new IllegalArgumentException("--port wants a number from 0 to 65535, not " + text);
    }
}
