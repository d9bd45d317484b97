package io.forebay.cli.prepare;

import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Settings;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where objects go: as asked for, else as last time. The environment counts at a start that names
 * the store, by its bucket or its endpoint, and says what that start leaves out. A state with a
 * local store keeps it unless an endpoint is asked for: that store's own variables, in a shell that
 * sourced them, must not make it a foreign one.
 */
final class StoreChoice {
    private static final String DEFAULT_BUCKET = "forebay";
    private static final String DEFAULT_REGION = "us-east-1";
    private static final String BUCKET_FORM = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]";

    private StoreChoice() {}

    static Settings.BucketAt of(UpRequest.Bucket asked, Settings.@Nullable BucketAt before) {
        String endpoint = endpoint(asked, before);
        String name = first(asked.name(), before == null ? null : before.bucket(), "");
        if (name.isEmpty() && endpoint != null) {
            throw new CliFailure("--s3-endpoint needs --bucket: name the bucket to drain to");
        }
        String bucket = name.isEmpty() ? DEFAULT_BUCKET : name;
        if (!bucket.matches(BUCKET_FORM)) {
            throw new CliFailure(
                    "--bucket "
                            + bucket
                            + ": use 3 to 63 lower-case letters, digits, dots and hyphens");
        }
        String prefix = first(asked.prefix(), before == null ? null : before.prefix(), "");
        String found = endpoint != null && named(asked) ? asked.variables().region() : null;
        String region = asked.region() == null ? found : asked.region();
        return new Settings.BucketAt(
                bucket,
                prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/",
                endpoint,
                first(region, before == null ? null : before.region(), DEFAULT_REGION));
    }

    private static @Nullable String endpoint(
            UpRequest.Bucket asked, Settings.@Nullable BucketAt before) {
        if (asked.endpoint() != null) {
            return checked("--s3-endpoint", asked.endpoint());
        }
        boolean local = before != null && before.endpoint() == null;
        String found = asked.variables().endpoint();
        if (found != null && named(asked) && !local) {
            return checked("AWS_ENDPOINT_URL", found);
        }
        return before == null ? null : before.endpoint();
    }

    private static boolean named(UpRequest.Bucket asked) {
        return asked.name() != null || asked.endpoint() != null;
    }

    private static String checked(String from, String endpoint) {
        if (!endpoint.matches("https?://[^/]+/?")) {
            throw new CliFailure(from + " " + endpoint + ": use a form such as https://host:port");
        }
        return endpoint;
    }

    private static String first(@Nullable String a, @Nullable String b, String otherwise) {
        return Objects.requireNonNullElse(a == null ? b : a, otherwise);
    }
}
