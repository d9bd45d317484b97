package io.forebay.worker.wiring;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithName;
import java.util.Optional;

/** The keys of ours that a worker reads; {@link WorkerSettings} checks their values. */
@ConfigMapping(prefix = "forebay")
interface WorkerMapping {
    /** The worker's name in the cluster, stable across restarts; absent: the node's name. */
    @WithName("worker.id")
    Optional<String> id();

    /** The node's name, the same as the mounts' there; absent: the host's name. */
    @WithName("worker.node")
    Optional<String> node();

    /** Where staged files live: a directory of its own on the node's fastest disk. */
    @WithName("worker.staging-directory")
    Optional<String> stagingDirectory();

    /** The path of the unix socket that mounts of this node open files through. */
    @WithName("worker.socket")
    Optional<String> socket();

    /**
     * HOST:PORT at which mounts of other nodes reach the worker's gRPC server; absent: where it
     * listens (quarkus.grpc.server.host and port).
     */
    @WithName("worker.address")
    Optional<String> address();

    /**
     * NAME=VALUE pairs with commas between them. Workers with the same {@code failure-domain} (a
     * rack, a zone) may be lost together: copies go to others. Absent: the node is the domain.
     */
    @WithName("worker.labels")
    Optional<String> labels();

    /** What staged files may take on the disk; absent: nine tenths of the disk. */
    @WithName("worker.capacity-bytes")
    Optional<String> capacityBytes();

    /**
     * How many seconds opens of evicted files wait for an object store that does not answer, 0 to
     * 600; then they fail with EIO. Absent: 60.
     */
    @WithName("worker.fetch-wait-seconds")
    Optional<String> fetchWaitSeconds();

    /**
     * How many seconds an upload of ours may lie in the bucket of which nobody was told, 1 to
     * 86400; then it is aborted, if no part was sent. Absent: 3600.
     */
    @WithName("worker.untold-upload-seconds")
    Optional<String> untoldUploadSeconds();

    /** HOST:PORT of the control plane's gRPC server. */
    @WithName("control-plane")
    Optional<String> controlPlane();

    /** The object store; absent: AWS. */
    @WithName("s3.endpoint")
    Optional<String> s3Endpoint();

    @WithName("s3.region")
    Optional<String> s3Region();

    /** Bucket in the path instead of the host name; absent: where an endpoint is named. */
    @WithName("s3.path-style")
    Optional<String> s3PathStyle();

    /** With the secret key; absent: the AWS SDK's default chain of credentials. */
    @WithName("s3.access-key")
    Optional<String> s3AccessKey();

    @WithName("s3.secret-key")
    Optional<String> s3SecretKey();

    /** With both keys, where they are temporary. */
    @WithName("s3.session-token")
    Optional<String> s3SessionToken();

    /** For tests only: what random tests start from. Named here so that it is no unknown key. */
    Optional<String> seed();
}
