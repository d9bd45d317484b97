package io.forebay.persist;

/** A range of the object that a part is copied of; an object of another etag is not copied. */
public record CopySource(ObjectRef object, String etag, long offset, long length) {}
