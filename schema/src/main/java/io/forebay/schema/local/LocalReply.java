package io.forebay.schema.local;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The end of a call.
 *
 * @param message null where there is none: the status is not OK, or answers a greeting
 */
record LocalReply(Status status, @Nullable MessageLite message) {
    static LocalReply of(Status status) {
        return new LocalReply(status, null);
    }

    void send(CallStream stream) throws IOException {
        byte[] head = {(byte) status.getCode().value()};
        if (message != null) {
            stream.send(head, message);
        } else {
            String reason = Objects.requireNonNullElse(status.getDescription(), "");
            stream.send(head, reason.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Leaves the message in the frame where the status is OK. */
    static Status status(ByteBuffer frame) {
        Status status = Status.fromCodeValue(frame.get());
        if (status.isOk() || !frame.hasRemaining()) {
            return status;
        }
        return status.withDescription(StandardCharsets.UTF_8.decode(frame).toString());
    }
}
