package io.forebay.mount.services;

import io.forebay.proto.FailureKind;
import io.forebay.proto.Grant;
import io.forebay.schema.ForebayException;
import io.forebay.transport.file.StagedHandle;
import io.forebay.transport.local.StagedFileClient;
import io.forebay.transport.remote.RemoteFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Staged files from the workers of this node over their unix sockets, and from those of other nodes
 * over the network.
 */
public final class WorkerStagedFiles implements StagedFiles, AutoCloseable {
    /** A worker that is restarted answers again well within this, or another has its files. */
    private static final Duration PATIENCE = Duration.ofSeconds(45);

    /** How long one that does not answer is tried before the control plane is asked again. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    /** A node has a few workers; more sockets than this are a mistake of the control plane. */
    private static final int SOCKETS_MAX = 64;

    private final String node;
    private final RemoteFiles remote;
    private final InstantSource clock;
    private final Map<String, StagedFileClient> clients = new ConcurrentHashMap<>();

    /** Takes {@code remote} over: {@link #close} ends it. */
    public WorkerStagedFiles(String node, RemoteFiles remote, InstantSource clock) {
        this.node = node;
        this.clock = clock;
        this.remote = remote;
    }

    @Override
    public StagedHandle open(Grant grant, Supplier<Grant> again) {
        return untilSomebodyHasIt(
                grant,
                again,
                now ->
                        isElsewhere(now)
                                ? remote.open(now, again)
                                : client(now).open(now.getToken().toByteArray()));
    }

    @Override
    public StagedHandle openNow(Grant grant, Supplier<Grant> again) {
        return untilSomebodyHasIt(
                grant,
                again,
                now ->
                        isElsewhere(now)
                                ? remote.openNow(now, again)
                                : client(now).openNow(now.getToken().toByteArray()));
    }

    /** Another worker may have taken the place of one that does not answer. */
    private StagedHandle untilSomebodyHasIt(
            Grant grant, Supplier<Grant> again, Function<Grant, StagedHandle> open) {
        long end = clock.millis() + PATIENCE.toMillis();
        Grant now = grant;
        while (true) {
            long begin = clock.millis();
            try {
                return open.apply(now);
            } catch (ForebayException e) {
                if (e.kind() != FailureKind.FAILURE_UNAVAILABLE || clock.millis() >= end) {
                    throw e;
                }
                Grant next = again.get();
                boolean same = next.getWorkerId().equals(now.getWorkerId());
                if (same && clock.millis() - begin < SILENCE.toMillis()) {
                    throw e; // it has answered
                }
                now = next;
            }
        }
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
                grant.getSocketPath(), path -> StagedFileClient.connect(Path.of(path), SILENCE));
    }

    @Override
    public void close() {
        clients.values().forEach(StagedFileClient::close);
        remote.close();
    }
}
