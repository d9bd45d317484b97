package io.forebay.e2e.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.e2e.Fence;
import io.forebay.e2e.Needs;
import io.forebay.e2e.nodes.Network.Node;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import io.forebay.e2e.system.SecondMount;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An instance on one node and a mount on another, made by the commands of docs/NODES.md. The other
 * node does not see the instance's sockets.
 */
final class TwoNodes implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(4);

    /** Stands in the page for what the command before it shows. */
    private static final String ENDPOINT = "10.213.7.1:26228";

    private final Path repository = Deployment.home().toAbsolutePath().normalize();
    private final Path home;
    private final Network network = Network.start();
    private final Deployment deployment;
    private @Nullable SecondMount remote;

    private TwoNodes(Path home) {
        this.home = home;
        this.deployment = Deployment.ofUser(repository, home).at(network.on(Node.WITH_WORKER));
    }

    static TwoNodes start(Path home) throws IOException {
        Needs.fuse();
        TwoNodes nodes = new TwoNodes(home);
        boolean done = false;
        try {
            Path page = nodes.repository.resolve("docs/NODES.md");
            nodes.follow(Fence.of(page).stream().filter(Fence::runs).toList());
            done = true;
            return nodes;
        } finally {
            if (!done) {
                nodes.close();
            }
        }
    }

    private void follow(List<Fence> page) throws IOException {
        assertEquals(2, page.size(), "one block for each node");
        Command.Outcome up = shell(Node.WITH_WORKER, page.getFirst().text()).run();
        assertEquals(0, up.status(), () -> up.all() + logs());
        String endpoint = deployment.status().path("endpoints").path("grpc").asText();
        remote =
                SecondMount.by(
                        shell(
                                Node.WITHOUT_WORKER,
                                page.getLast().text().replace(ENDPOINT, endpoint)),
                        home.resolve("remote"),
                        home.resolve("remote.log"));
    }

    private Command shell(Node node, String text) {
        List<String> words = new ArrayList<>(network.on(node));
        if (node == Node.WITHOUT_WORKER) {
            String hide = "mount -t tmpfs none \"$0\" && exec \"$@\"";
            words.addAll(List.of("unshare", "--mount", "sh", "-c", hide));
            words.add(deployment.state().toString());
        }
        words.addAll(List.of("bash", "-euc", "cd \"$0\"\n" + text, repository.toString()));
        return new Command(words, deployment.environment(), LIMIT);
    }

    Network network() {
        return network;
    }

    /** As the node sees it, seen from here. */
    Path mount(Node node) {
        return switch (node) {
            case WITH_WORKER -> deployment.mountPoint();
            case WITHOUT_WORKER -> {
                SecondMount mount = Objects.requireNonNull(remote);
                Path root = Path.of("/proc", Long.toString(mount.process().pid()), "root");
                yield root.resolve(Path.of("/").relativize(mount.mountPoint()));
            }
        };
    }

    /** The sum of all samples of a metric of the worker. */
    double worker(String metric) {
        String url = deployment.status().path("endpoints").path("workerMetrics").asText();
        List<String> words = new ArrayList<>(network.on(Node.WITH_WORKER));
        words.addAll(List.of("curl", "-sf", "-H", "Accept: text/plain", url));
        return new Command(words, deployment.environment(), LIMIT)
                .run()
                .out()
                .lines()
                .filter(line -> line.startsWith(metric + " ") || line.startsWith(metric + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    String logs() {
        return deployment.logs();
    }

    @Override
    public void close() {
        if (remote != null) {
            remote.close();
        }
        deployment.close();
        network.close();
    }
}
