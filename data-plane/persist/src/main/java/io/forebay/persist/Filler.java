package io.forebay.persist;

import io.forebay.proto.BucketLocation;
import io.forebay.proto.ObjectSource;
import java.nio.channels.FileChannel;

/** Brings a file's bytes back from the bucket. */
public final class Filler {
    private final ObjectStore store;

    public Filler(ObjectStore store) {
        this.store = store;
    }

    /** As {@link ObjectStore#download}. The channel's file is complete when this has returned. */
    public void download(BucketLocation location, ObjectSource source, FileChannel target) {
        ObjectRef object = ObjectRef.of(location, source.getKey());
        store.download(object, source.getEtag(), source.getSize(), target);
    }
}
