package io.forebay.server.graphql;

import io.forebay.metadata.fs.MountView;
import org.eclipse.microprofile.graphql.NonNull;

/** As in the schema. */
public record Mount(
        @NonNull String id,
        @NonNull String workspace,
        @NonNull String node,
        @NonNull String mountPoint,
        @NonNull String version,
        @NonNull String lastSeen) {

    static Mount of(MountView view) {
        return new Mount(
                Long.toString(view.id()),
                view.workspace(),
                view.node(),
                view.mountPoint(),
                view.version(),
                view.lastSeen().toString());
    }
}
