package io.forebay.cli.state;

import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an instance was started with, so that the next start needs no arguments. The keys of a
 * foreign object store are not kept: they come from the environment each time.
 *
 * @param mountPoint absolute
 * @param listen where other nodes reach control plane and worker; null: this machine alone does
 * @param fuse null: as a file from before there was a choice; then it is the kernel's protocol
 * @param flushDelayMillis of a workspace that is made at this start
 */
public record Settings(
        String mountPoint,
        String workspace,
        BucketAt bucket,
        @Nullable Fuse fuse,
        boolean passthrough,
        int flushDelayMillis,
        LocalKeys localKeys,
        @Nullable String listen) {
    private static final String LOOPBACK = "127.0.0.1";
    private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::");

    /** A file may lack anything. */
    public Settings {
        Objects.requireNonNull(mountPoint);
        Objects.requireNonNull(workspace);
        Objects.requireNonNull(bucket);
        Objects.requireNonNull(localKeys);
    }

    /** What speaks with the kernel. */
    public Fuse mountBy() {
        return fuse == null ? Fuse.KERNEL : fuse;
    }

    /** Where the workspace's objects go; without an endpoint, into the local object store. */
    public record BucketAt(String bucket, String prefix, @Nullable String endpoint, String region) {
        public BucketAt {
            Objects.requireNonNull(bucket);
            Objects.requireNonNull(prefix);
            Objects.requireNonNull(region);
        }
    }

    /** The keys of the local object store, made at the first start. */
    public record LocalKeys(String accessKey, String secretKey) {
        public LocalKeys {
            Objects.requireNonNull(accessKey);
            Objects.requireNonNull(secretKey);
        }
    }

    /** What gRPC servers bind to. */
    public String listenAddress() {
        return listen == null ? LOOPBACK : listen;
    }

    /** Where this machine's own processes reach them. */
    public String dialAddress() {
        return EVERYWHERE.contains(listenAddress()) ? LOOPBACK : listenAddress();
    }

    public boolean localStore() {
        return bucket.endpoint() == null;
    }
}
