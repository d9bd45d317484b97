package io.forebay.persist;

import java.util.OptionalInt;

/** A part that the store holds; the checksum is there when the store told it. */
public record UploadedPart(int number, String etag, long size, OptionalInt crc32c) {}
