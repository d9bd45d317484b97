package io.forebay.persist;

import java.time.Instant;

/** A multipart upload that a store tells of; when it was begun is by the store's clock. */
public record ListedUpload(MultipartUpload upload, Instant begun) {}
