package io.forebay.metadata.fsck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.metadata.Rig;
import io.forebay.metadata.changes.RecentChanges;
import io.forebay.metadata.fsck.checks.MetadataCheck;
import io.forebay.metadata.fsck.report.Finding;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.fsck.report.FsckView;
import io.forebay.metadata.fsck.report.Report;
import io.forebay.metadata.state.Database;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What holds after each transaction, whatever is under way. */
public final class Healthy {
    private Healthy() {}

    /** A check of the metadata finds nothing but what waits for a person. */
    public static void assertMetadata(Rig rig) {
        assertOnly(rig, EnumSet.of(FindingCode.CONFLICT));
    }

    /** As {@link #assertMetadata}, where others may have deleted what only the bucket had. */
    public static void assertMetadataBesideOthers(Rig rig) {
        assertOnly(
                rig, EnumSet.of(FindingCode.CONFLICT, FindingCode.CONTENT_LOST, FindingCode.STUCK));
    }

    private static void assertOnly(Rig rig, Set<FindingCode> told) {
        List<String> others =
                metadata(rig, false).findings().stream()
                        .filter(finding -> !told.contains(finding.code()))
                        .map(Finding::toString)
                        .toList();
        assertEquals(List.of(), others);
    }

    static FsckView metadata(Rig rig, boolean repair) {
        Database database = new Database(rig.store, rig.clock, new RecentChanges(1));
        Report report = new Report(new Report.Options(repair, false), rig.clock.instant());
        try {
            new MetadataCheck(database).run(rig.ws, report);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertEquals(List.of(), report.view().unchecked());
        return report.view();
    }
}
