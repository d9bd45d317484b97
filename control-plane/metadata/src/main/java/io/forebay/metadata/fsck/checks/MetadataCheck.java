package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.fsck.report.Report;
import io.forebay.metadata.state.Database;
import java.util.List;

/** All that is looked at in the metadata, in an order in which a repair does not undo another. */
public final class MetadataCheck {
    private final Database database;

    public MetadataCheck(Database database) {
        this.database = database;
    }

    public void run(long ws, Report report) throws InterruptedException {
        Sweep sweep = new Sweep(database, ws, report);
        LargeDirectories large = new LargeDirectories(database, ws, report);
        List<Check> checks =
                List.of(
                        new EntryCheck(),
                        new NameIndexCheck(true),
                        new NameIndexCheck(false),
                        new HandleCheck(true),
                        new HandleCheck(false),
                        new QueueCheck(),
                        new TaskCheck(),
                        new InodeCheck(large::add),
                        IndexCheck.DIRTY,
                        IndexCheck.COPIES,
                        IndexCheck.LINK,
                        IndexCheck.XATTR);
        for (Check check : checks) {
            sweep.run(check);
        }
        sweep.run(new KeyCheck(), new Answering(database, ws)::without);
        large.run();
        new Counters(database, ws, report).run();
    }
}
