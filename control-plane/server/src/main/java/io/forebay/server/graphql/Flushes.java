package io.forebay.server.graphql;

import io.forebay.metadata.Metadata;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/** Brings content to the bucket and waits for it; drops local copies. */
@Singleton
final class Flushes {
    private final Metadata model;
    private final InstantSource clock;

    Flushes(Metadata model, InstantSource clock) {
        this.model = model;
        this.clock = clock;
    }

    /**
     * @param path as the model takes it
     * @param timeoutSeconds 0: do not wait
     */
    FlushResult flush(long workspaceId, byte[] path, int timeoutSeconds) {
        requirePresent(workspaceId, path);
        long barrier = clock.millis();
        try {
            return FlushResult.of(
                    model.barrier().await(workspaceId, path, barrier, timeoutSeconds * 1000L));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE,
                    "The control plane is stopping: call again when it runs.",
                    e);
        }
    }

    EvictResult evict(long workspaceId, byte[] path) {
        requirePresent(workspaceId, path);
        return new EvictResult(model.inspection().evict(workspaceId, path));
    }

    private void requirePresent(long workspaceId, byte[] path) {
        if (path.length > 0 && model.inspection().inspect(workspaceId, path).isEmpty()) {
            throw new ForebayException(
                            FailureKind.FAILURE_NOT_FOUND,
                            "There is nothing at that path: give one that is in the workspace.")
                    .with("path", new String(path, StandardCharsets.UTF_8));
        }
    }
}
