package io.forebay.mount.services;

import io.forebay.proto.FailureKind;
import io.forebay.proto.Grant;
import io.forebay.schema.ForebayException;
import io.forebay.transport.file.StagedHandle;
import io.forebay.transport.local.StagedFileClient;
import io.forebay.transport.remote.RemoteFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Staged files from the workers of this node over their unix sockets, and from those of other nodes
 * over the network.
 */
public final class WorkerStagedFiles implements StagedFiles, AutoCloseable {
    /** A worker that is restarted answers again well within this. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A node has a few workers; more sockets than this are a mistake of the control plane. */
    private static final int SOCKETS_MAX = 64;

    private final String node;
    private final RemoteFiles remote;
    private final Map<String, StagedFileClient> clients = new ConcurrentHashMap<>();

    /** Takes {@code remote} over: {@link #close} ends it. */
    public WorkerStagedFiles(String node, RemoteFiles remote) {
        this.node = node;
        this.remote = remote;
    }

    @Override
    public StagedHandle open(Grant grant, Supplier<Grant> again) {
        return isElsewhere(grant)
                ? remote.open(grant, again)
                : client(grant).open(grant.getToken().toByteArray());
    }

    @Override
    public StagedHandle openNow(Grant grant, Supplier<Grant> again) {
        return isElsewhere(grant)
                ? remote.openNow(grant, again)
                : client(grant).openNow(grant.getToken().toByteArray());
    }

    private boolean isElsewhere(Grant grant) {
        return !grant.getNode().isEmpty() && !grant.getNode().equals(node);
    }

    private StagedFileClient client(Grant grant) {
        if (clients.size() >= SOCKETS_MAX && !clients.containsKey(grant.getSocketPath())) {
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "Too many workers on one node; stop some");
        }
        return clients.computeIfAbsent(
                grant.getSocketPath(), path -> StagedFileClient.connect(Path.of(path), PATIENCE));
    }

    @Override
    public void close() {
        clients.values().forEach(StagedFileClient::close);
        remote.close();
    }
}
