package io.forebay.metadata.fs;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.forebay.metadata.kv.KeyValueStore.Durability;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Repeats;
import io.forebay.metadata.state.Space;
import io.forebay.proto.Caller;
import io.forebay.proto.NodeReply;
import java.util.function.Function;

/**
 * Changes that mounts ask for: each is one transaction, and happens once however often the same
 * request comes.
 */
record Mutations(Database database) {
    NodeReply node(long ws, Caller caller, Function<Space, NodeReply> change) {
        return node(ws, caller, Durability.PROCESS_CRASH, change);
    }

    /** A refusal becomes the reply's failure. */
    NodeReply node(
            long ws, Caller caller, Durability durability, Function<Space, NodeReply> change) {
        try {
            return database.change(
                    ws, durability, space -> once(space, caller, NodeReply.parser(), change));
        } catch (Refusal refusal) {
            return NodeReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    /**
     * @throws Refusal by the change, with nothing changed
     */
    <R extends Message> R change(
            long ws, Caller caller, Parser<R> parser, Function<Space, R> change) {
        return database.change(ws, space -> once(space, caller, parser, change));
    }

    private static <R extends Message> R once(
            Space space, Caller caller, Parser<R> parser, Function<Space, R> change) {
        space.madeFor(caller.getMountId());
        return Repeats.once(space, caller, parser, () -> change.apply(space));
    }
}
