package io.forebay.server.graphql.fsck;

import io.forebay.metadata.fsck.report.FsckView;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.graphql.Name;
import org.eclipse.microprofile.graphql.NonNull;
import org.jspecify.annotations.Nullable;

/** As in the schema. */
@Name("Fsck")
public record FsckReport(
        @NonNull FsckState state,
        boolean repair,
        boolean deep,
        @NonNull String started,
        @Nullable String ended,
        @NonNull String message,
        boolean clean,
        @NonNull List<@NonNull FsckLooked> looked,
        @NonNull List<@NonNull FsckCount> counts,
        @NonNull List<@NonNull FsckFinding> findings,
        @NonNull List<@NonNull FsckUnchecked> unchecked) {

    static FsckReport of(FsckView view) {
        return new FsckReport(
                FsckState.of(view.state()),
                view.repair(),
                view.deep(),
                view.started().toString(),
                view.ended() == null ? null : view.ended().toString(),
                view.message(),
                view.isClean(),
                view.looked().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(each -> new FsckLooked(each.getKey(), each.getValue()))
                        .toList(),
                view.counts().stream().map(FsckCount::of).toList(),
                view.findings().stream().map(FsckFinding::of).toList(),
                view.unchecked().stream()
                        .map(each -> new FsckUnchecked(each.part(), each.reason()))
                        .toList());
    }
}
