package io.forebay.persist;

/** A multipart upload that was begun and is neither completed nor aborted. */
public record MultipartUpload(ObjectRef target, String id) {}
