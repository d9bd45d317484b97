package io.forebay.cli.state;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The ports of an instance: chosen once, and kept as long as nobody else takes them.
 *
 * @param bytes of the worker's gRPC server, which mounts of other nodes use
 */
public record Ports(int graphql, int grpc, int worker, int mount, int objectStore, int bytes) {
    /** Below the kernel's range for outgoing connections (32768), above what is registered. */
    private static final int FIRST = 20_000;

    private static final int COUNT = 12_000;

    private static final int NEEDED = 6;

    /** Different states start their search at different ports, so that instances seldom meet. */
    public static Ports choose(Path stateRoot) {
        Set<Integer> found = new LinkedHashSet<>();
        int start = Math.floorMod(stateRoot.toString().hashCode(), COUNT);
        for (int step = 0; step < COUNT && found.size() < NEEDED; step++) {
            int port = FIRST + (start + step) % COUNT;
            if (free(port)) {
                found.add(port);
            }
        }
        if (found.size() < NEEDED) {
            throw new CliFailure("no six free loopback ports between 20000 and 32000: free some");
        }
        var each = found.iterator();
        return new Ports(
                each.next(), each.next(), each.next(), each.next(), each.next(), each.next());
    }

    /** Whether a server could listen there now. */
    public static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** Whether servers of this machine can have the address. */
    public static boolean bindable(String address) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address, 0));
            return true;
        } catch (IOException | IllegalArgumentException refused) {
            return false;
        }
    }

    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    /** False as well for a port that an earlier version did not know. */
    public boolean allFree() {
        return IntStream.of(graphql, grpc, worker, mount, objectStore, bytes)
                .allMatch(port -> port > 0 && free(port));
    }

    public Ports withGraphql(int port) {
        return new Ports(port, grpc, worker, mount, objectStore, bytes);
    }

    public Ports withObjectStore(int port) {
        return new Ports(graphql, grpc, worker, mount, port, bytes);
    }
}
