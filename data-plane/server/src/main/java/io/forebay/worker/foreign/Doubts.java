package io.forebay.worker.foreign;

import io.forebay.persist.ObjectRef;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.StoredObject;
import io.forebay.proto.BucketLocation;
import io.forebay.proto.CompareObjectsRequest;
import io.forebay.proto.DoubtfulObject;
import io.forebay.proto.SeenObject;
import io.forebay.proto.TellObjectsRequest;
import io.forebay.proto.ToldObject;
import io.forebay.schema.ForebayException;
import io.forebay.worker.control.ControlPlane;
import java.util.List;

/**
 * Looks at what the control plane is in doubt of, and tells: in this order, so that it can see
 * whether anything of ours happened to an object meanwhile.
 */
public final class Doubts {
    private final ControlPlane control;
    private final ObjectStore store;

    public Doubts(ControlPlane control, ObjectStore store) {
        this.control = control;
        this.store = store;
    }

    /**
     * A fetch has found another object than its grant said, or none.
     *
     * @return whether the file has other content now, or is in conflict
     * @throws ForebayException when the store or the control plane did not answer
     */
    public boolean settle(long workspaceId, BucketLocation location, String key) {
        List<DoubtfulObject> doubtful =
                control.compareObjects(
                                CompareObjectsRequest.newBuilder()
                                        .setWorkspaceId(workspaceId)
                                        .addDoubted(key))
                        .getObjectsList();
        return tell(workspaceId, location, doubtful, true) > 0;
    }

    /** Files that have other content now, or are in conflict. */
    int tell(
            long workspaceId,
            BucketLocation location,
            List<DoubtfulObject> doubtful,
            boolean missing) {
        if (doubtful.isEmpty()) {
            return 0;
        }
        TellObjectsRequest.Builder told =
                TellObjectsRequest.newBuilder().setWorkspaceId(workspaceId);
        for (DoubtfulObject each : doubtful) {
            told.addObjects(
                    ToldObject.newBuilder()
                            .setDoubtful(each)
                            .setSeen(look(ObjectRef.of(location, each.getKey())))
                            .setMissing(missing));
        }
        return control.tellObjects(told);
    }

    private SeenObject look(ObjectRef object) {
        return store.head(object).map(Doubts::seen).orElse(SeenObject.getDefaultInstance());
    }

    private static SeenObject seen(StoredObject there) {
        return SeenObject.newBuilder()
                .setThere(true)
                .setEtag(there.etag())
                .setSize(there.size())
                .setChecksum(there.checksum().orElse(""))
                .build();
    }
}
