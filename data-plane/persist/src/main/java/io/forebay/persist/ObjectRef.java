package io.forebay.persist;

import io.forebay.proto.BucketLocation;

/** An object's place: a bucket and the whole key, prefix included. */
public record ObjectRef(String bucket, String key) {
    /** The object that has this key below the location's prefix. */
    public static ObjectRef of(BucketLocation location, String key) {
        return new ObjectRef(location.getBucket(), location.getPrefix() + key);
    }
}
