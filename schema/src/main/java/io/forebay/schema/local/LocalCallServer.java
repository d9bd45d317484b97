package io.forebay.schema.local;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Serves the unary methods of services on a unix socket, each connection by a thread of its own.
 * Only the socket's owner may connect.
 */
public final class LocalCallServer implements AutoCloseable {
    /** Far above the threads of all mounts of a machine; beyond, gRPC takes the calls. */
    private static final int CONNECTIONS_MAX = 1_024;

    private static final long RETRY_NANOS = 10_000_000;

    private final ServerSocketChannel listener;
    private final Path socket;
    private final byte[] token;
    private final Map<String, ServerMethodDefinition<?, ?>> methods;
    private final Set<ServedConnection> connections = ConcurrentHashMap.newKeySet();

    private LocalCallServer(
            ServerSocketChannel listener,
            Path socket,
            byte[] token,
            List<ServerServiceDefinition> services) {
        this.listener = listener;
        this.socket = socket;
        this.token = token.clone();
        this.methods =
                services.stream()
                        .flatMap(service -> service.getMethods().stream())
                        .filter(method ->
                                method.getMethodDescriptor().getType() == MethodType.UNARY)
                        .collect(Collectors.toMap(LocalCallServer::name, method -> method));
    }

    /**
     * Listens until {@link #close}. A socket that an earlier process left is replaced.
     *
     * @param token what a client must know
     * @param services no two of whose methods have the same bare name
     * @throws IOException where the path is too long for a socket, or cannot be written
     */
    public static LocalCallServer start(
            Path socket, byte[] token, List<ServerServiceDefinition> services) throws IOException {
        Files.deleteIfExists(socket);
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
        LocalCallServer server = new LocalCallServer(listener, socket, token, services);
        Thread.ofPlatform().daemon().name("local-calls").start(server::accept);
        return server;
    }

    /** Ends all connections, with the calls on them. */
    @Override
    public void close() {
        try {
            listener.close();
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            // what is left of it answers nobody, and the next start replaces it
        }
        connections.forEach(ServedConnection::close);
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                serve(listener.accept());
            } catch (IOException | OutOfMemoryError e) {
                // closed, or no descriptor or thread is left: the client goes the other way
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private void serve(SocketChannel socket) throws IOException {
        ServedConnection connection =
                new ServedConnection(new CallStream(socket), token, methods, connections::remove);
        if (connections.size() >= CONNECTIONS_MAX) {
            connection.close();
            return;
        }
        connections.add(connection);
        try {
            Thread.ofPlatform().daemon().name("local-call").start(connection::serve);
        } catch (OutOfMemoryError e) {
            connection.close();
            throw e;
        }
        if (!listener.isOpen()) {
            connection.close();
        }
    }

    private static String name(ServerMethodDefinition<?, ?> method) {
        return Objects.requireNonNull(method.getMethodDescriptor().getBareMethodName());
    }
}
