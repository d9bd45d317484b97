package io.forebay.persist;

/** The object that a copy is made of; one of another etag is not copied. */
public record CopySource(ObjectRef object, String etag, long size) {}
