package io.forebay.server.graphql.fsck;

import io.forebay.metadata.fsck.report.Finding;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.fsck.report.Severity;
import org.eclipse.microprofile.graphql.NonNull;
import org.jspecify.annotations.Nullable;

/** As in the schema. */
public record FsckFinding(
        @NonNull FindingCode code,
        @NonNull Severity severity,
        @Nullable String path,
        @NonNull String subject,
        @NonNull String detail,
        boolean repaired) {
    static FsckFinding of(Finding finding) {
        return new FsckFinding(
                finding.code(),
                finding.code().severity(),
                finding.path(),
                finding.subject(),
                finding.detail(),
                finding.repaired());
    }
}
