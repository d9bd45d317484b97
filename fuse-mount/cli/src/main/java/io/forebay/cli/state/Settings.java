package io.forebay.cli.state;

import org.jspecify.annotations.Nullable;

/**
 * What an instance was started with, so that the next start needs no arguments. The keys of a
 * foreign object store are not kept: they come from the environment each time.
 *
 * @param mountPoint absolute
 * @param flushDelayMillis of a workspace that is made at this start
 */
public record Settings(
        String mountPoint,
        String workspace,
        BucketAt bucket,
        boolean passthrough,
        int flushDelayMillis,
        LocalKeys localKeys) {

    /** Where the workspace's objects go; without an endpoint, into the local object store. */
    public record BucketAt(
            String bucket, String prefix, @Nullable String endpoint, String region) {}

    /** The keys of the local object store, made at the first start. */
    public record LocalKeys(String accessKey, String secretKey) {}

    public boolean localStore() {
        return bucket.endpoint() == null;
    }
}
