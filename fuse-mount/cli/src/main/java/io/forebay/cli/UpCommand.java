package io.forebay.cli;

import io.forebay.cli.prepare.AwsVariables;
import io.forebay.cli.prepare.Installation;
import io.forebay.cli.prepare.UpRequest;
import io.forebay.cli.run.Background;
import io.forebay.cli.run.Foreground;
import io.forebay.cli.state.StateDirectory;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Starts an instance, and stays with it unless told to detach. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Starts everything on this machine and mounts it on DIR.")
final class UpCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            description = "where to mount (default: as last time, else STATE/mount)")
    private @Nullable String mountPoint;

    @Mixin private StateOption state = new StateOption();

    @Option(names = "--detach", description = "return when it is ready; `forebay down` stops it")
    private boolean detach;

    @Mixin private FuseOption fuse = new FuseOption();

    @Option(
            names = "--no-passthrough",
            description = "all reads and writes go through the mount process")
    private boolean noPassthrough;

    @Option(names = "--workspace", paramLabel = "NAME", description = "default: default")
    private @Nullable String workspace;

    @Option(names = "--bucket", paramLabel = "B", description = "default: forebay")
    private @Nullable String bucket;

    @Option(names = "--prefix", paramLabel = "P", description = "of all keys in the bucket")
    private @Nullable String prefix;

    @Option(
            names = "--s3-endpoint",
            paramLabel = "URL",
            description =
                    "drain to this object store instead of starting a local one"
                            + " (with --bucket, default: $AWS_ENDPOINT_URL_S3, $AWS_ENDPOINT_URL)")
    private @Nullable String endpoint;

    @Option(
            names = "--s3-region",
            paramLabel = "R",
            description = "default: $AWS_REGION, $AWS_DEFAULT_REGION, us-east-1")
    private @Nullable String region;

    @Option(names = "--access-key", description = "default: $AWS_ACCESS_KEY_ID")
    private @Nullable String accessKey;

    @Option(names = "--secret-key", description = "default: $AWS_SECRET_ACCESS_KEY")
    private @Nullable String secretKey;

    @Option(
            names = "--flush-delay-millis",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "of a new workspace: how long a closed file rests before its upload")
    private int flushDelayMillis;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description = "where mounts of other nodes reach this one (default: nowhere)")
    private @Nullable String listen;

    @Option(
            names = "--healthy-after-millis",
            hidden = true, // for those who kill processes all the time on purpose
            paramLabel = "MS",
            defaultValue = "60000",
            description = "a process that runs so long after a restart counts as recovered")
    private long healthyAfterMillis;

    @Option(names = "--http-port", paramLabel = "P", description = "of GraphQL (default: any)")
    private int httpPort;

    @Option(names = "--s3-port", paramLabel = "P", description = "of the local object store")
    private int s3Port;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        StateDirectory directory = state.directory();
        if (detach) {
            return new Background(directory, out, spec.commandLine().getErr())
                    .up(spec.commandLine().getParseResult().originalArgs(), variables().keys());
        }
        return new Foreground(Installation.current(), directory, out).up(request());
    }

    private UpRequest request() {
        return new UpRequest(
                mountPoint,
                workspace,
                new UpRequest.Bucket(bucket, prefix, endpoint, region, variables()),
                new UpRequest.Mode(
                        fuse.fuse(),
                        !noPassthrough,
                        flushDelayMillis,
                        listen,
                        Duration.ofMillis(healthyAfterMillis)),
                new UpRequest.GivenPorts(httpPort, s3Port));
    }

    private AwsVariables variables() {
        return AwsVariables.of(System.getenv(), accessKey, secretKey);
    }
}
