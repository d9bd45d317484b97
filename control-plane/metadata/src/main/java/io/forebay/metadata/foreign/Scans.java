package io.forebay.metadata.foreign;

import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.proto.ScanRecord;
import io.forebay.proto.ScannedPage;
import io.forebay.proto.TakeScanReply;
import io.forebay.proto.TakeScanRequest;
import io.forebay.proto.WorkspaceRecord;
import java.util.List;

/**
 * Whose turn it is to look at which page of which bucket. Each workspace is listed by one worker at
 * a time, page by page; the next pass begins an interval after the last one did, later where a pass
 * has many pages or takes long.
 */
public final class Scans {
    /** One request of the store answers as many. */
    static final int PAGE_OBJECTS = 1_000;

    /** As many pages of a pass cost an interval: 10,000 objects are looked at in each. */
    private static final int PAGES_PER_INTERVAL = 10;

    /** A pass takes at most a quarter of the time, where the store is slow. */
    private static final int REST_PER_WORK = 3;

    /** A worker that has not come again by then has died. */
    private static final long LEASE_MILLIS = 60_000;

    private final Database database;
    private final long intervalMillis;

    /**
     * @param intervalMillis 0: nobody looks
     */
    public Scans(Database database, long intervalMillis) {
        this.database = database;
        this.intervalMillis = intervalMillis;
    }

    /** What this worker is to list now, and what it has listed. */
    public TakeScanReply take(TakeScanRequest request) {
        try {
            List<WorkspaceRecord> all =
                    database.read(tx -> {
                        Registry.checkEpoch(tx, request.getWorker());
                        return Registry.workspaces(tx);
                    });
            String worker = request.getWorker().getWorkerId();
            if (request.hasScanned()) {
                end(worker, request.getScanned());
            }
            if (intervalMillis > 0) {
                for (WorkspaceRecord workspace : all) {
                    TakeScanReply taken = take(workspace, worker);
                    if (taken.getWorkspaceId() != 0) {
                        return taken;
                    }
                }
            }
            return TakeScanReply.getDefaultInstance();
        } catch (Refusal refusal) {
            return TakeScanReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    private TakeScanReply take(WorkspaceRecord workspace, String worker) {
        long ws = workspace.getId();
        boolean ready = workspace.getState() == WorkspaceRecord.State.STATE_READY;
        if (!ready || !isDue(database.find(tx -> record(tx.get(Keys.scan(ws)))).orElseThrow())) {
            return TakeScanReply.getDefaultInstance();
        }
        return database.changeOr(
                ws, TakeScanReply.getDefaultInstance(), space -> take(space, worker));
    }

    private TakeScanReply take(Space space, String worker) {
        ScanRecord record = record(space.tx().get(Keys.scan(space.id())));
        if (!isDue(record)) {
            return TakeScanReply.getDefaultInstance();
        }
        ScanRecord.Builder next = record.toBuilder();
        if (record.getPages() == 0) {
            next.setStartedMillis(space.nowMillis());
        }
        next.setWorker(worker)
                .setTaken(true)
                .setPages(record.getPages() + 1)
                .setDueMillis(space.nowMillis() + LEASE_MILLIS);
        save(space, next);
        return TakeScanReply.newBuilder()
                .setWorkspaceId(space.id())
                .setLocation(space.workspace().getLocation())
                .setAfter(record.getAfter())
                .setLimit(PAGE_OBJECTS)
                .build();
    }

    private void end(String worker, ScannedPage page) {
        database.changeOr(
                page.getWorkspaceId(),
                false,
                space -> {
                    ScanRecord record = record(space.tx().get(Keys.scan(space.id())));
                    boolean own =
                            record.getTaken()
                                    && record.getWorker().equals(worker)
                                    && record.getAfter().equals(page.getAfter());
                    if (own) {
                        end(space, record, page);
                    }
                    return own;
                });
    }

    private void end(Space space, ScanRecord record, ScannedPage page) {
        ScanRecord.Builder next = record.toBuilder().setTaken(false);
        if (page.getEnd() || page.getFailed()) {
            long now = space.nowMillis();
            long intervals = Math.ceilDiv(record.getPages(), PAGES_PER_INTERVAL);
            long due = record.getStartedMillis() + intervals * intervalMillis;
            long rested = now + REST_PER_WORK * (now - record.getStartedMillis());
            next.clearAfter().setPages(0).setDueMillis(Math.max(due, rested));
        } else {
            next.setAfter(page.getLast()).setDueMillis(0);
        }
        save(space, next);
    }

    private boolean isDue(ScanRecord record) {
        return record.getDueMillis() <= database.nowMillis();
    }

    private static ScanRecord record(byte @org.jspecify.annotations.Nullable [] value) {
        return value == null
                ? ScanRecord.getDefaultInstance()
                : Records.parse(value, ScanRecord.parser());
    }

    private static void save(Space space, ScanRecord.Builder record) {
        space.tx().set(Keys.scan(space.id()), record.build().toByteArray());
    }
}
