package io.forebay.mount.open;

import io.forebay.proto.Attributes;

/** Attributes of the service, and when they came. */
public record Fresh(Attributes attributes, long atMillis) {}
