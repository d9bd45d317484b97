package io.forebay.metadata.foreign;

import io.forebay.metadata.Bucket;
import io.forebay.metadata.Rig;
import io.forebay.proto.CompareObjectsReply;
import io.forebay.proto.CompareObjectsRequest;
import io.forebay.proto.DoubtfulObject;
import io.forebay.proto.ListedObject;
import io.forebay.proto.SeenObject;
import io.forebay.proto.TellObjectsRequest;
import io.forebay.proto.ToldObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A pass of a worker over the bucket; each step may find other things done in between. */
final class SimScan {
    private final Rig rig;
    private final Bucket bucket;
    private final String worker;
    private int step;
    private List<Map.Entry<String, String>> page = List.of();
    private String after = "";
    private String last = "";
    private CompareObjectsReply doubtful = CompareObjectsReply.getDefaultInstance();
    private final List<ToldObject> told = new ArrayList<>();

    SimScan(Rig rig, Bucket bucket, String worker) {
        this.rig = rig;
        this.bucket = bucket;
        this.worker = worker;
    }

    /** Files that a whole pass changed. */
    static int pass(Rig rig, Bucket bucket, String worker) {
        SimScan scan = new SimScan(rig, bucket, worker);
        int changed = 0;
        do {
            changed += scan.step(3);
        } while (!scan.atStart());
        return changed;
    }

    /** A key that is in doubt now. */
    Optional<String> doubted() {
        return step < 2
                ? Optional.empty()
                : doubtful.getObjectsList().stream().map(DoubtfulObject::getKey).findAny();
    }

    boolean atStart() {
        return step == 0 && after.isEmpty();
    }

    /**
     * @param limit objects of a page
     */
    int step(int limit) {
        switch (step) {
            case 0 -> list(limit);
            case 1 -> compare();
            case 2 -> look();
            default -> {
                return tell();
            }
        }
        step++;
        return 0;
    }

    private void list(int limit) {
        page =
                bucket.objects.tailMap(after, false).entrySet().stream()
                        .limit(limit)
                        .map(each -> Map.entry(each.getKey(), each.getValue().etag()))
                        .toList();
        last = page.size() < limit ? "" : page.getLast().getKey();
    }

    private void compare() {
        CompareObjectsRequest.Builder request =
                CompareObjectsRequest.newBuilder()
                        .setWorker(rig.identity(worker))
                        .setWorkspaceId(rig.ws)
                        .setAfter(after)
                        .setLast(last);
        page.forEach(each ->
                request.addObjects(
                        ListedObject.newBuilder().setKey(each.getKey()).setEtag(each.getValue())));
        doubtful = rig.metadata.foreign().compare(request.build());
    }

    private void look() {
        told.clear();
        for (DoubtfulObject each : doubtful.getObjectsList()) {
            told.add(seen(bucket, each, false));
        }
    }

    private static ToldObject seen(Bucket bucket, DoubtfulObject doubtful, boolean missing) {
        ToldObject.Builder told = ToldObject.newBuilder().setDoubtful(doubtful).setMissing(missing);
        Bucket.Stored there = bucket.objects.get(doubtful.getKey());
        if (there != null) {
            told.setSeen(
                    SeenObject.newBuilder()
                            .setThere(true)
                            .setEtag(there.etag())
                            .setSize(there.content().length()));
        }
        return told.build();
    }

    private int tell() {
        TellObjectsRequest request =
                TellObjectsRequest.newBuilder()
                        .setWorker(rig.identity(worker))
                        .setWorkspaceId(rig.ws)
                        .addAllObjects(told)
                        .build();
        step = 0;
        after = last;
        return rig.metadata.foreign().tell(request).getChanged();
    }

    /** As a worker whose fetch has found another object, or none. */
    static int doubt(Rig rig, Bucket bucket, String worker, String key) {
        CompareObjectsReply doubtful =
                rig.metadata
                        .foreign()
                        .compare(
                                CompareObjectsRequest.newBuilder()
                                        .setWorker(rig.identity(worker))
                                        .setWorkspaceId(rig.ws)
                                        .addDoubted(key)
                                        .build());
        TellObjectsRequest.Builder request =
                TellObjectsRequest.newBuilder()
                        .setWorker(rig.identity(worker))
                        .setWorkspaceId(rig.ws);
        doubtful.getObjectsList().forEach(each -> request.addObjects(seen(bucket, each, true)));
        return rig.metadata.foreign().tell(request.build()).getChanged();
    }
}
