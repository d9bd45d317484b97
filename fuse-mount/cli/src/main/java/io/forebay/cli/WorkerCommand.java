package io.forebay.cli;

import io.forebay.cli.prepare.AwsVariables;
import io.forebay.cli.prepare.Installation;
import io.forebay.cli.process.Attached;
import io.forebay.cli.run.WorkerLaunch;
import io.forebay.cli.state.CliFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs one more worker in the foreground, on this node or on another one. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        description = {
            "Runs one more worker in the foreground: it stages files of mounts on its node, has"
                    + " copies of others' files (replicas), and uploads.",
            "The object store's keys come from the environment, as the AWS SDK has them."
        })
final class WorkerCommand implements Callable<Integer> {
    @Option(
            names = "--control-plane",
            required = true,
            paramLabel = "HOST:PORT",
            description = "as `forebay status` shows it, as grpc")
    private String controlPlane = "";

    @Option(
            names = "--directory",
            required = true,
            paramLabel = "DIR",
            description = "for staged files, on this node's fastest disk; kept across restarts")
    private Path directory = Path.of("");

    @Option(
            names = "--id",
            paramLabel = "NAME",
            description = "of the worker, its own and always the same (default: the node's name)")
    private @Nullable String id;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "the same as of the mounts here (default: the host's name)")
    private @Nullable String node;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description =
                    "where other nodes' mounts and workers reach it (default: ${DEFAULT-VALUE})")
    private String listen = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "of the same (default: a free one)")
    private int port;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "for metrics and health on the loopback (default: a free one)")
    private int httpPort;

    @Option(
            names = "--capacity",
            paramLabel = "BYTES",
            description = "that it may stage (default: nine tenths of the disk)")
    private @Nullable Long capacity;

    @Option(
            names = "--labels",
            paramLabel = "NAME=VALUE,...",
            description =
                    "copies go to a worker with another failure-domain where there is one (a rack,"
                            + " a zone; default: the node)")
    private @Nullable String labels;

    @Override
    public Integer call() throws InterruptedException {
        AwsVariables variables = AwsVariables.of(System.getenv(), null, null);
        Path home = directory.toAbsolutePath().normalize();
        String name = node == null ? hostName() : node;
        WorkerLaunch launch =
                new WorkerLaunch(Installation.current())
                        .set("forebay.control-plane", controlPlane)
                        .set("forebay.worker.node", name)
                        .set("forebay.worker.id", id == null ? name : id)
                        .staging(home.resolve("staging"), home.resolve("worker.sock"))
                        .set("quarkus.http.port", httpPort == 0 ? free("127.0.0.1") : httpPort)
                        .listen(listen, port == 0 ? free(listen) : port);
        setIfGiven(launch, "forebay.worker.labels", labels);
        setIfGiven(launch, "forebay.worker.capacity-bytes", capacity);
        setIfGiven(launch, "forebay.s3.endpoint", variables.endpoint());
        setIfGiven(launch, "forebay.s3.region", variables.region());
        ProcessBuilder builder = new ProcessBuilder(launch.command());
        builder.environment().putAll(WorkerLaunch.environment(variables.keys()));
        return Attached.run("worker", builder);
    }

    private static void setIfGiven(WorkerLaunch launch, String key, @Nullable Object value) {
        if (value != null) {
            launch.set(key, value);
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new CliFailure("the host has no name: give this node one with --node", e);
        }
    }

    private static int free(String address) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address, 0));
            return socket.getLocalPort();
        } catch (IOException refused) {
            throw new CliFailure(
                    "--listen " + address + ": it is no address of this machine", refused);
        }
    }
}
