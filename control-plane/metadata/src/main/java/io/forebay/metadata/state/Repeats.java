package io.forebay.metadata.state;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.forebay.proto.Caller;
import io.forebay.proto.FailureKind;
import io.forebay.proto.RepeatRecord;
import io.forebay.proto.RequestId;
import io.forebay.schema.Limits;
import java.util.function.Supplier;

/**
 * Answers a repeated mutation as the first time. A refusal changed nothing and leaves no record:
 * its repetition is decided anew.
 */
public final class Repeats {
    private Repeats() {}

    public static <R extends Message> R once(
            Space space, Caller caller, Parser<R> parser, Supplier<R> body) {
        RequestId request = caller.getRequest();
        if (request.getSequence() == 0) {
            return body.get();
        }
        int slot = request.getSlot();
        Refusal.when(slot < 0 || slot >= Limits.REQUEST_SLOTS, FailureKind.FAILURE_INVALID);
        byte[] key = Keys.repeat(space.id(), caller.getMountId(), slot);
        RepeatRecord last = Records.find(space.tx(), key, RepeatRecord.parser());
        if (last != null && last.getSequence() == request.getSequence()) {
            return Records.parse(last.getReply().toByteArray(), parser);
        }
        Refusal.when(
                last != null && last.getSequence() > request.getSequence(),
                FailureKind.FAILURE_STALE);
        R reply = body.get();
        RepeatRecord record =
                RepeatRecord.newBuilder()
                        .setSequence(request.getSequence())
                        .setReply(reply.toByteString())
                        .build();
        space.tx().set(key, record.toByteArray());
        return reply;
    }
}
