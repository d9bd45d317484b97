package io.forebay.server.graphql.conflict;

import io.forebay.proto.SeenObject;
import org.jspecify.annotations.Nullable;

/** As in the schema. */
public record Conflict(boolean deleted, @Nullable String etag, @Nullable Long size) {
    public static @Nullable Conflict of(@Nullable SeenObject seen) {
        if (seen == null) {
            return null;
        }
        return seen.getThere()
                ? new Conflict(false, seen.getEtag(), seen.getSize())
                : new Conflict(true, null, null);
    }
}
