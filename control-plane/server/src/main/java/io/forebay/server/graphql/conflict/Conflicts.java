package io.forebay.server.graphql.conflict;

import io.forebay.metadata.Metadata;
import io.forebay.metadata.foreign.Resolution.Decision;
import io.forebay.metadata.foreign.Resolution.Resolved;
import io.forebay.observability.EventName;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Ends conflicts. */
@Singleton
public final class Conflicts {
    private static final System.Logger LOG = System.getLogger(Conflicts.class.getName());

    private final Metadata model;

    Conflicts(Metadata model) {
        this.model = model;
    }

    /**
     * @param path as the model takes it
     * @param etag of the object that was looked at; null: whatever was seen last
     */
    public Resolution resolve(long workspaceId, byte[] path, Keep keep, @Nullable String etag) {
        Resolved resolved =
                model.resolution().resolve(workspaceId, path, new Decision(keep.asked(), etag));
        LOG.log(
                System.Logger.Level.INFO,
                EventName.CONFLICT_RESOLVED.line(
                        "workspace",
                        workspaceId,
                        "path",
                        new String(path, StandardCharsets.UTF_8),
                        "keep",
                        keep));
        return new Resolution(shown(resolved.ours()), shown(resolved.theirs()));
    }

    private static @Nullable String shown(String path) {
        return path.isEmpty() ? null : path;
    }
}
