package io.forebay.e2e.nodes;

import io.forebay.e2e.Needs;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Two nodes and a switch between them, each a network namespace of its own: what they listen on is
 * reached from nowhere else. They end with this.
 */
final class Network implements AutoCloseable {
    private static final String DEVICE = "eth0";

    /** What the shell says behind what a command said. */
    private static final String END = "--";

    /** What a namespace's names begin with; two runs at once are two networks. */
    private final String name = "forebay-" + ProcessHandle.current().pid();

    /**
     * What changes the network. It is there before any file is open: a process that starts another
     * one closes its files in that one, and each such close waits until what was written is there.
     */
    private final Process shell;

    private final BufferedWriter asked;
    private final BufferedReader answers;

    /** A node; the addresses are those of docs/NODES.md. */
    enum Node {
        WITH_WORKER("10.213.7.1/30"),
        WITHOUT_WORKER("10.213.7.2/30");

        private final String address;

        Node(String address) {
            this.address = address;
        }

        private String word() {
            return this == WITH_WORKER ? "a" : "b";
        }
    }

    private Network(Process shell) {
        this.shell = shell;
        this.asked = shell.outputWriter();
        this.answers = shell.inputReader();
    }

    private static Process shell() {
        try {
            return new ProcessBuilder("sh").start();
        } catch (IOException none) {
            throw new UncheckedIOException(none);
        }
    }

    /** Skips where namespaces and bridges cannot be made. */
    static Network start() {
        Needs.root();
        Needs.need(Needs.onPath("ip"), "ip is missing: apt-get install -y iproute2");
        Needs.need(Needs.onPath("unshare"), "unshare is missing: apt-get install -y util-linux");
        Network network = new Network(shell());
        boolean done = false;
        try {
            network.makeSwitch();
            for (Node node : Node.values()) {
                network.connect(node);
            }
            done = true;
            return network;
        } finally {
            if (!done) {
                network.close();
            }
        }
    }

    private void makeSwitch() {
        String problem = tryIp("netns", "add", name);
        Needs.need(problem.isEmpty(), "no network namespace (CAP_NET_ADMIN?): " + problem);
        problem = tryIp("-n", name, "link", "add", "name", "switch", "up", "type", "bridge");
        Needs.need(problem.isEmpty(), "no bridge (modprobe bridge): " + problem);
    }

    private void connect(Node node) {
        String at = namespace(node);
        ip("netns", "add", at);
        ip("-n", at, "link", "set", "dev", "lo", "up");
        ip(
                "-n",
                name,
                "link",
                "add",
                "name",
                port(node),
                "type",
                "veth",
                "peer",
                "name",
                DEVICE,
                "netns",
                at);
        mend(node);
        ip("-n", at, "address", "add", node.address, "dev", DEVICE);
        ip("-n", at, "link", "set", "dev", DEVICE, "up");
    }

    /** What a command begins with to be on a node. Files and processes are those of all. */
    List<String> on(Node node) {
        return List.of("nsenter", "--net=/run/netns/" + namespace(node));
    }

    /** Whatever is sent is lost, and nobody is told. */
    void cut(Node node) {
        ip("-n", name, "link", "set", "dev", port(node), "nomaster");
    }

    void mend(Node node) {
        ip("-n", name, "link", "set", "dev", port(node), "master", "switch", "up");
    }

    private String namespace(Node node) {
        return name + "-" + node.word();
    }

    private static String port(Node node) {
        return "port-" + node.word();
    }

    private void ip(String... words) {
        String problem = tryIp(words);
        if (!problem.isEmpty()) {
            throw new IllegalStateException("ip " + List.of(words) + ": " + problem);
        }
    }

    /** Empty: it is done. */
    private synchronized String tryIp(String... words) {
        try {
            asked.write("ip " + String.join(" ", words) + " 2>&1; echo " + END + "\n");
            asked.flush();
            StringBuilder said = new StringBuilder();
            String line = answers.readLine();
            while (line != null && !line.equals(END)) {
                said.append(line);
                line = answers.readLine();
            }
            return said.toString();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    @Override
    public void close() {
        for (Node node : Node.values()) {
            tryIp("netns", "delete", namespace(node));
        }
        tryIp("netns", "delete", name);
        shell.destroy();
    }
}
