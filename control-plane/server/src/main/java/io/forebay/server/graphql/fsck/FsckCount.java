package io.forebay.server.graphql.fsck;

import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.fsck.report.FsckView;
import io.forebay.metadata.fsck.report.Severity;
import org.eclipse.microprofile.graphql.NonNull;

/** As in the schema. */
public record FsckCount(
        @NonNull FindingCode code,
        @NonNull Severity severity,
        @NonNull String advice,
        long left,
        long repaired) {
    static FsckCount of(FsckView.Count count) {
        return new FsckCount(
                count.code(),
                count.code().severity(),
                count.code().advice(),
                count.left(),
                count.repaired());
    }
}
