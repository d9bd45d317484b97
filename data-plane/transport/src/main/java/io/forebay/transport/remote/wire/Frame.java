package io.forebay.transport.remote.wire;

import com.google.protobuf.MessageLite;

/** A FileRequest or FileReply: its head, and its data where it lies. */
public record Frame<H extends MessageLite>(H head, Payload payload) {
    public static <H extends MessageLite> Frame<H> of(H head) {
        return new Frame<>(head, Payload.NONE);
    }
}
