package io.forebay.cli.prepare;

/**
 * How the worker reaches the object store. Without keys it uses what the AWS SDK finds by itself
 * (profile, instance role).
 */
public record StoreAccess(String endpoint, String region, AwsVariables.Keys keys) {

    /** Buckets as host names are for AWS only; everyone else is addressed by path. */
    public boolean pathStyle() {
        return !endpoint.contains("amazonaws.com");
    }
}
