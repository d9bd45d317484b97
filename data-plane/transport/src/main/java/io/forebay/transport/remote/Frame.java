package io.forebay.transport.remote;

import com.google.protobuf.MessageLite;

/** A FileRequest or FileReply: its head, and its data where it lies. */
record Frame<H extends MessageLite>(H head, Payload payload) {
    static <H extends MessageLite> Frame<H> of(H head) {
        return new Frame<>(head, Payload.NONE);
    }
}
