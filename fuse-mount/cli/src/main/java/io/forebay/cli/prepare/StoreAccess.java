package io.forebay.cli.prepare;

import org.jspecify.annotations.Nullable;

/**
 * How the worker reaches the object store. Without keys it uses what the AWS SDK finds by itself
 * (profile, instance role).
 */
public record StoreAccess(
        String endpoint, String region, @Nullable String accessKey, @Nullable String secretKey) {

    /** Buckets as host names are for AWS only; everyone else is addressed by path. */
    public boolean pathStyle() {
        return !endpoint.contains("amazonaws.com");
    }
}
