package io.forebay.metadata.kv;

/** One pair. The arrays are the caller's to keep, and not to change. */
public record KeyValue(byte[] key, byte[] value) {}
