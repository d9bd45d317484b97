package io.forebay.worker.wiring;

import io.forebay.persist.flush.FlushSettings;
import io.forebay.persist.s3.S3Settings;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadFactory;

/**
 * The checked configuration.
 *
 * @param id the worker's name in the cluster
 * @param stagingDirectory absolute
 * @param socket absolute
 * @param address HOST:PORT for mounts of other nodes
 * @param labels of the worker, for the placement of copies
 * @param capacityBytes empty: what the disk has
 * @param fetchWait for an object store that does not answer
 * @param untoldAge of uploads without a part of which nobody was told
 */
record WorkerSettings(
        String id,
        String node,
        Path stagingDirectory,
        Path socket,
        String address,
        Map<String, String> labels,
        OptionalLong capacityBytes,
        Duration fetchWait,
        Duration untoldAge,
        Address controlPlane,
        S3Settings s3) {
    /** Where the control plane listens on one machine. */
    private static final String CONTROL_PLANE = "127.0.0.1:9090";

    private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    /** A restart of the store, and a short outage. */
    private static final Duration FETCH_WAIT = Duration.ofMinutes(1);

    /** Mounts wait 15 minutes for an open, and what comes back needs time as well. */
    private static final Duration FETCH_WAIT_MAX = Duration.ofMinutes(10);

    /** Nobody's first part takes so long. */
    private static final Duration UNTOLD_AGE = Duration.ofHours(1);

    /** What stores other than AWS expect, when nobody says otherwise. */
    private static final String REGION = "us-east-1";

    /**
     * @param listening where the gRPC server does
     */
    static WorkerSettings of(WorkerMapping mapping, Address listening) {
        String node = set(mapping.node()).orElseGet(WorkerSettings::hostName);
        return new WorkerSettings(
                set(mapping.id()).orElse(node),
                node,
                path("forebay.worker.staging-directory", mapping.stagingDirectory()),
                path("forebay.worker.socket", mapping.socket()),
                address(mapping, listening),
                labels(mapping.labels()),
                capacity(mapping.capacityBytes()),
                seconds(
                        "forebay.worker.fetch-wait-seconds",
                        mapping.fetchWaitSeconds(),
                        FETCH_WAIT,
                        Duration.ZERO,
                        FETCH_WAIT_MAX),
                seconds(
                        "forebay.worker.untold-upload-seconds",
                        mapping.untoldUploadSeconds(),
                        UNTOLD_AGE,
                        Duration.ofSeconds(1),
                        Duration.ofDays(1)),
                Address.parse(
                        "forebay.control-plane", set(mapping.controlPlane()).orElse(CONTROL_PLANE)),
                s3(mapping));
    }

    /** Who listens everywhere is reached by the host's name. */
    private static String address(WorkerMapping mapping, Address listening) {
        Optional<String> given = set(mapping.address());
        if (given.isPresent()) {
            return Address.parse("forebay.worker.address", given.get()).toString();
        }
        boolean everywhere = EVERYWHERE.contains(listening.host());
        return new Address(everywhere ? hostName() : listening.host(), listening.port()).toString();
    }

    private static Map<String, String> labels(Optional<String> value) {
        Map<String, String> labels = new TreeMap<>();
        for (String pair : set(value).map(text -> text.split(",")).orElse(new String[0])) {
            int sign = pair.indexOf('=');
            if (sign <= 0) {
                throw wrong("A label must be NAME=VALUE", "forebay.worker.labels", pair);
            }
            labels.put(pair.substring(0, sign).strip(), pair.substring(sign + 1).strip());
        }
        return labels;
    }

    private static Optional<String> set(Optional<String> value) {
        return value.map(String::strip).filter(text -> !text.isEmpty());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw wrong("The host has no name: name the node", "forebay.worker.node", "");
        }
    }

    private static Path path(String key, Optional<String> value) {
        String text = set(value).orElse("");
        if (text.isEmpty()) {
            throw wrong("A path is missing: set the key", key, text);
        }
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw wrong("The value is not a path: correct the key", key, text);
        }
    }

    private static OptionalLong capacity(Optional<String> value) {
        Optional<String> text = set(value);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        String key = "forebay.worker.capacity-bytes";
        try {
            long bytes = Long.parseLong(text.get());
            if (bytes > 0) {
                return OptionalLong.of(bytes);
            }
        } catch (NumberFormatException e) {
            // Answered below, as a number that is too small is.
        }
        throw wrong("The capacity must be a number of bytes above zero", key, text.get());
    }

    private static Duration seconds(
            String key, Optional<String> value, Duration absent, Duration least, Duration most) {
        Optional<String> text = set(value);
        if (text.isEmpty()) {
            return absent;
        }
        try {
            Duration wait = Duration.ofSeconds(Long.parseLong(text.get()));
            if (wait.compareTo(least) >= 0 && wait.compareTo(most) <= 0) {
                return wait;
            }
        } catch (NumberFormatException e) {
            // Answered below, as a number out of range is.
        }
        String range = least.toSeconds() + " to " + most.toSeconds();
        throw wrong("The value must be a number of seconds, " + range, key, text.get());
    }

    /** How the flush engine is to run. */
    FlushSettings flush(InstantSource clock, ThreadFactory threads) {
        return FlushSettings.defaults(clock, threads).withUntoldAge(untoldAge);
    }

    private static S3Settings s3(WorkerMapping mapping) {
        Optional<URI> endpoint = set(mapping.s3Endpoint()).map(WorkerSettings::endpoint);
        boolean pathStyle =
                set(mapping.s3PathStyle())
                        .map(text -> flag("forebay.s3.path-style", text))
                        .orElse(endpoint.isPresent());
        return S3Settings.of(
                endpoint, set(mapping.s3Region()).orElse(REGION), pathStyle, keys(mapping));
    }

    private static Optional<S3Settings.Keys> keys(WorkerMapping mapping) {
        Optional<String> access = set(mapping.s3AccessKey());
        Optional<String> secret = set(mapping.s3SecretKey());
        if (access.isPresent() != secret.isPresent()) {
            String missing = access.isPresent() ? "forebay.s3.secret-key" : "forebay.s3.access-key";
            throw wrong("An S3 key comes alone: set both keys or none", missing, "");
        }
        Optional<String> token = set(mapping.s3SessionToken());
        if (token.isPresent() && access.isEmpty()) {
            String message = "An S3 session token comes alone: set its two keys as well";
            throw wrong(message, "forebay.s3.access-key", "");
        }
        return access.map(key -> new S3Settings.Keys(key, secret.orElseThrow(), token));
    }

    private static URI endpoint(String text) {
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && uri.getScheme().startsWith("http")) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Answered below, as an address without a host is.
        }
        String message = "The endpoint must be an address such as http://127.0.0.1:9000";
        throw wrong(message, "forebay.s3.endpoint", text);
    }

    private static boolean flag(String key, String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong("The value must be true or false", key, text);
        };
    }

    private static ForebayException wrong(String message, String key, String value) {
        return new ForebayException(FailureKind.FAILURE_INVALID, message)
                .with("key", key)
                .with("value", value);
    }

    /** A host and a port. */
    record Address(String host, int port) {
        private static final int PORT_MAX = 65_535;

        static Address parse(String key, String text) {
            int colon = text.lastIndexOf(':');
            try {
                int port = Integer.parseInt(text.substring(colon + 1));
                if (colon > 0 && port > 0 && port <= PORT_MAX) {
                    return new Address(text.substring(0, colon), port);
                }
            } catch (NumberFormatException e) {
                // Answered below, as a port out of range is.
            }
            throw wrong("The address must be HOST:PORT", key, text);
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }
}
