package io.forebay.worker.foreign;

import io.forebay.persist.ObjectStore;
import io.forebay.persist.ObjectStore.Listed;
import io.forebay.proto.CompareObjectsReply;
import io.forebay.proto.CompareObjectsRequest;
import io.forebay.proto.ListedObject;
import io.forebay.proto.ScannedPage;
import io.forebay.proto.TakeScanReply;
import io.forebay.schema.ForebayException;
import io.forebay.worker.control.ControlPlane;
import io.forebay.worker.telemetry.WorkerMetrics;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lists buckets for the control plane, one page at a time, whenever it is this worker's turn. Holds
 * one page in memory.
 */
public final class BucketScan {
    private static final System.Logger LOG = System.getLogger(BucketScan.class.getName());

    /** A question that is one small read: what is due is begun within this. */
    private static final long ASK_MILLIS = 1_000;

    private final ControlPlane control;
    private final ObjectStore store;
    private final Doubts doubts;
    private final WorkerMetrics metrics;
    private final CountDownLatch stopped;

    /** Owned by the scanning thread; the first failure of a row is logged. */
    private boolean failing;

    /**
     * @param stopped ends it
     */
    public BucketScan(
            ControlPlane control,
            ObjectStore store,
            Doubts doubts,
            WorkerMetrics metrics,
            CountDownLatch stopped) {
        this.control = control;
        this.store = store;
        this.doubts = doubts;
        this.metrics = metrics;
        this.stopped = stopped;
    }

    /** Until the worker stops. */
    public void run() {
        Optional<ScannedPage> done = Optional.empty();
        while (done.isPresent() || !stopsWithin(ASK_MILLIS)) {
            Optional<ScannedPage> told = done;
            done = Optional.empty();
            try {
                TakeScanReply page = control.takeScan(told);
                if (page.getWorkspaceId() != 0) {
                    done = Optional.of(scan(page));
                }
            } catch (ForebayException e) {
                failed(e);
            }
            if (stopped.getCount() == 0) {
                return;
            }
        }
    }

    private ScannedPage scan(TakeScanReply page) {
        ScannedPage.Builder done =
                ScannedPage.newBuilder()
                        .setWorkspaceId(page.getWorkspaceId())
                        .setAfter(page.getAfter());
        try {
            Listed listed = store.list(page.getLocation(), page.getAfter(), page.getLimit());
            String last = listed.end() ? "" : listed.entries().getLast().key();
            compare(page, listed, last);
            metrics.scanned(listed.entries().size());
            failing = false;
            return done.setLast(last).setEnd(listed.end()).build();
        } catch (ForebayException e) {
            failed(e);
            return done.setFailed(true).build();
        }
    }

    private void compare(TakeScanReply page, Listed listed, String last) {
        String after = page.getAfter();
        do {
            CompareObjectsRequest.Builder request =
                    CompareObjectsRequest.newBuilder()
                            .setWorkspaceId(page.getWorkspaceId())
                            .setAfter(after)
                            .setLast(last);
            listed.entries()
                    .forEach(entry ->
                            request.addObjects(
                                    ListedObject.newBuilder()
                                            .setKey(entry.key())
                                            .setEtag(entry.etag())));
            CompareObjectsReply reply = control.compareObjects(request);
            int _ =
                    doubts.tell(
                            page.getWorkspaceId(),
                            page.getLocation(),
                            reply.getObjectsList(),
                            false);
            after = reply.getThrough();
        } while (!after.isEmpty());
    }

    private void failed(ForebayException e) {
        if (!failing && stopped.getCount() > 0) {
            LOG.log(
                    Level.WARNING,
                    "what others did to a bucket is not looked at, tried again cause=\""
                            + e.getMessage()
                            + "\"");
        }
        failing = true;
    }

    private boolean stopsWithin(long millis) {
        try {
            return stopped.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
