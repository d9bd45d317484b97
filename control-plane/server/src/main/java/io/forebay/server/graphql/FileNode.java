package io.forebay.server.graphql;

import io.forebay.metadata.admin.FileView;
import io.forebay.proto.Attributes;
import io.forebay.server.graphql.conflict.Conflict;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.graphql.NonNull;
import org.jspecify.annotations.Nullable;

/** As in the schema. */
public record FileNode(
        @NonNull String path,
        @NonNull String name,
        long ino,
        @NonNull FileType type,
        @NonNull String mode,
        int uid,
        int gid,
        long size,
        @NonNull String modified,
        long generation,
        @NonNull DurabilityMode durability,
        @Nullable FlushState flushState,
        @Nullable String error,
        @Nullable String nextRetry,
        int attempts,
        @Nullable String objectKey,
        @Nullable String objectEtag,
        @Nullable Long objectGeneration,
        @Nullable String checksum,
        @Nullable String worker,
        boolean staged,
        @NonNull List<@NonNull String> replicaWorkers,
        @Nullable Conflict conflict) {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    static FileNode of(FileView view) {
        Attributes attributes = view.attributes();
        Optional<FileView.StoredObject> object = Optional.ofNullable(view.object());
        return new FileNode(
                view.path(),
                view.name(),
                attributes.getIno(),
                FileType.of(attributes.getType()),
                "%04o".formatted(attributes.getMode()),
                attributes.getUid(),
                attributes.getGid(),
                attributes.getSize(),
                time(attributes.getMtimeNanos()),
                attributes.getGeneration(),
                DurabilityMode.of(view.durability()),
                view.unavailable()
                        ? FlushState.UNAVAILABLE
                        : FlushState.of(attributes.getFlushState()).orElse(null),
                view.error(),
                view.nextRetry() == null ? null : Objects.toString(view.nextRetry()),
                view.attempts(),
                object.map(FileView.StoredObject::key).orElse(null),
                object.map(FileView.StoredObject::etag).orElse(null),
                object.map(FileView.StoredObject::generation).orElse(null),
                object.map(FileView.StoredObject::checksum).orElse(null),
                view.worker(),
                view.staged(),
                view.replicas(),
                Conflict.of(view.conflict()));
    }

    private static String time(long nanos) {
        return Instant.ofEpochSecond(
                        Math.floorDiv(nanos, NANOS_PER_SECOND),
                        Math.floorMod(nanos, NANOS_PER_SECOND))
                .toString();
    }
}
