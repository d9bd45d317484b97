package io.forebay.server.served;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.forebay.proto.AttachReply;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.Caller;
import io.forebay.proto.Change;
import io.forebay.proto.MakeNodeRequest;
import io.forebay.proto.MetadataServiceGrpc;
import io.forebay.proto.NodeType;
import io.forebay.proto.WatchReply;
import io.forebay.proto.WatchRequest;
import io.forebay.schema.Limits;
import io.grpc.Context;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A mount hears of what others change, and of nothing else. */
@QuarkusTest
@WithTestResource(ServerResource.class)
@Timeout(120)
final class WatchTest extends ServedCase {
    private static final String WORKSPACE = "watched";

    private final MetadataServiceGrpc.MetadataServiceBlockingStub metadata =
            MetadataServiceGrpc.newBlockingStub(channel);

    @Test
    void othersChangesAreToldAndAStreamGoesOn() throws Exception {
        new GraphQlClient()
                .data(
                        "mutation { createWorkspace(input: {name: \"%s\", bucket: \"bucket-w\"}) {"
                                        .formatted(WORKSPACE)
                                + " id } }");
        AttachReply one = attach();
        AttachReply other = attach();
        assertTrue(one.getWatchedTimeoutMillis() > one.getEntryTimeoutMillis());

        WatchReply last;
        try (Context.CancellableContext stream = Context.current().withCancellation()) {
            Iterator<WatchReply> replies = stream.call(() -> metadata.watch(request(one).build()));
            WatchReply first = replies.next();
            assertTrue(first.getMissed(), "whoever is new has missed all that was before");
            make(one, "own");
            make(other, "theirs");
            last = replies.next();
            assertFalse(last.getMissed());
            assertEquals(List.of("theirs"), names(last));
        }

        make(other, "meanwhile");
        try (Context.CancellableContext stream = Context.current().withCancellation()) {
            WatchRequest goOn = request(one).setAfter(last.getPosition()).build();
            Iterator<WatchReply> replies = stream.call(() -> metadata.watch(goOn));
            WatchReply next = replies.next();
            assertFalse(next.getMissed());
            assertEquals(List.of("meanwhile"), names(next));
        }
    }

    private static List<String> names(WatchReply reply) {
        List<String> names = new ArrayList<>();
        for (Change change : reply.getChangesList()) {
            if (change.hasName()) {
                names.add(change.getName().getName().toStringUtf8());
            }
        }
        return names;
    }

    private static WatchRequest.Builder request(AttachReply mount) {
        return WatchRequest.newBuilder()
                .setMountId(mount.getMountId())
                .setWorkspaceId(mount.getWorkspaceId());
    }

    private AttachReply attach() throws InterruptedException {
        AttachRequest request =
                AttachRequest.newBuilder().setWorkspace(WORKSPACE).setNode("node-1").build();
        AttachReply reply = metadata.attach(request);
        for (int tries = 0; tries < 200 && reply.getMountId() == 0; tries++) {
            TimeUnit.MILLISECONDS.sleep(50); // the location is probed first
            reply = metadata.attach(request);
        }
        assertTrue(reply.getMountId() > 0, reply.toString());
        return reply;
    }

    private void make(AttachReply mount, String name) {
        MakeNodeRequest request =
                MakeNodeRequest.newBuilder()
                        .setCaller(Caller.newBuilder().setMountId(mount.getMountId()))
                        .setWorkspaceId(mount.getWorkspaceId())
                        .setParent(Limits.ROOT_INO)
                        .setName(ByteString.copyFromUtf8(name))
                        .setType(NodeType.NODE_TYPE_DIRECTORY)
                        .setMode(0755)
                        .build();
        assertTrue(metadata.makeNode(request).hasAttributes());
    }
}
