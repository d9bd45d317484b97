package io.forebay.server.served;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.forebay.observability.MetricName;
import io.forebay.observability.ProcessKind;
import io.forebay.proto.AttachReply;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.Attributes;
import io.forebay.proto.Caller;
import io.forebay.proto.CommitRequest;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.DetachRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileSystemStatusRequest;
import io.forebay.proto.FinalSize;
import io.forebay.proto.GetAttributesRequest;
import io.forebay.proto.HeartbeatRequest;
import io.forebay.proto.LookupRequest;
import io.forebay.proto.MakeNodeRequest;
import io.forebay.proto.MetadataServiceGrpc;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.proto.OpenRequest;
import io.forebay.proto.ReadDirectoryReply;
import io.forebay.proto.ReadDirectoryRequest;
import io.forebay.proto.ReleaseRequest;
import io.forebay.proto.ReleasedFile;
import io.forebay.proto.RenewRequest;
import io.forebay.proto.SyncRequest;
import io.forebay.proto.TraceContext;
import io.forebay.proto.WorkerIdentity;
import io.forebay.proto.WorkerServiceGrpc;
import io.forebay.schema.Limits;
import io.grpc.StatusRuntimeException;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(ServerResource.class)
final class ServicesTest extends ServedCase {
    private static final String TRACEPARENT =
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final MetadataServiceGrpc.MetadataServiceBlockingStub metadata =
            MetadataServiceGrpc.newBlockingStub(channel);

    @Test
    void aFileGoesFromItsCreationToTheBucket() throws Exception {
        createWorkspace("whole-way", "bucket-1", "p/");
        AttachReply mount = attach("whole-way");
        Attributes directory = makeDirectory(mount, "dir");
        OpenReply file = create(mount, directory.getIno(), "model.pt");
        assertTrue(file.getCreated());
        assertEquals("worker-1", file.getGrant().getWorkerId());
        assertEquals("OPEN", fileNode("whole-way", "/dir/model.pt").getString("flushState"));

        write(mount, file, 12345);
        JsonObject flushed =
                graphQl.data(
                                """
                                mutation { flush(workspace: "whole-way", path: "dir", wait: true) {
                                  settled pendingFiles pendingBytes failures { path } } }
                                """)
                        .getJsonObject("flush");
        assertTrue(flushed.getBoolean("settled"), flushed.toString());
        assertEquals(0, flushed.getInt("pendingFiles"));

        JsonObject clean = fileNode("whole-way", "dir/model.pt");
        assertEquals("CLEAN", clean.getString("flushState"));
        assertEquals("p/dir/model.pt", clean.getString("objectKey"));
        assertEquals(12345, clean.getInt("size"));
        assertEquals("0640", clean.getString("mode"));
        assertEquals("FILE", clean.getString("type"));
        assertEquals("worker-1", clean.getString("worker"));
        assertTrue(clean.isNull("error"));
        assertEquals(List.of(TRACEPARENT), worker.traces());

        OpenReply again = open(mount, file.getAttributes().getIno());
        assertEquals(12345, again.getAttributes().getSize());
        release(mount, again, false);
        JsonObject evicted =
                graphQl.data(
                                """
                                mutation { evict(workspace: "whole-way", path: "") { requested } }
                                """)
                        .getJsonObject("evict");
        assertEquals(1, evicted.getInt("requested"));

        JsonObject workspace =
                graphQl.data(
                                """
                                { workspace(name: "whole-way") { name bucket durability replicas
                                  flushDelayMillis bytes inodes dirtyFiles lossWindowSeconds } }
                                """)
                        .getJsonObject("workspace");
        assertEquals("WRITE_BACK", workspace.getString("durability"));
        assertEquals(0, workspace.getInt("dirtyFiles"));
        assertEquals(12345, workspace.getInt("bytes"));
        detach(mount);
    }

    @Test
    void aDirtyFileIsSeenAndAFlushCanRunOutOfTime() throws Exception {
        graphQl.data(
                """
                mutation { createWorkspace(input: {name: "slow", bucket: "bucket-2",
                  flushDelayMillis: 60000}) { id } }
                """);
        AttachReply mount = attach("slow");
        OpenReply file = create(mount, Limits.ROOT_INO, "open");
        JsonObject unsettled =
                graphQl.data(
                                """
                                mutation { flush(workspace: "slow", path: "") {
                                  settled pendingFiles } }
                                """)
                        .getJsonObject("flush");
        assertTrue(unsettled.getBoolean("settled"), "what is open was not closed before the call");
        write(mount, file, 10);
        assertEquals("QUEUED", fileNode("slow", "open").getString("flushState"));
        JsonObject usage =
                graphQl.data("{ workspace(name: \"slow\") { dirtyBytes dirtyFiles } }")
                        .getJsonObject("workspace");
        assertEquals(1, usage.getInt("dirtyFiles"));
        assertEquals(10, usage.getInt("dirtyBytes"));
        detach(mount);
    }

    @Test
    void mountsAndWorkersAreListed() throws Exception {
        createWorkspace("listed", "bucket-3", "");
        AttachReply mount = attach("listed");
        JsonObject data =
                graphQl.data(
                        """
                        { mounts { id workspace node mountPoint version lastSeen }
                          workers { id node epoch healthy lastSeen capacityBytes freeBytes }
                          workspaces { name } }
                        """);
        assertTrue(
                data.getJsonArray("mounts").getValuesAs(JsonObject.class).stream()
                        .anyMatch(shown -> shown.getString("workspace").equals("listed")),
                data.toString());
        JsonObject shown = data.getJsonArray("workers").getJsonObject(0);
        assertEquals("worker-1", shown.getString("id"));
        assertTrue(shown.getBoolean("healthy"));
        assertEquals(worker.registered().getEpoch(), shown.getInt("epoch"));
        assertEquals(32, worker.registered().getGrantKey().size());
        detach(mount);
        assertEquals(
                FailureKind.FAILURE_STALE,
                metadata.renew(
                                RenewRequest.newBuilder()
                                        .setMountId(mount.getMountId())
                                        .setWorkspaceId(mount.getWorkspaceId())
                                        .build())
                        .getFailure());
    }

    @Test
    void failuresCarryTheirCode() throws Exception {
        createWorkspace("taken", "bucket-4", "");
        graphQl.error(
                "EXISTS",
                "mutation { createWorkspace(input: {name: \"taken\", bucket: \"b5\"}) { id } }");
        String reason =
                graphQl.error(
                        "NOT_FOUND",
                        ("mutation { createWorkspace("
                                        + "input: {name: \"refused\", bucket: \"%s\"}) { id } }")
                                .formatted(SimulatedWorker.WRONG_BUCKET));
        assertTrue(reason.contains("the bucket cannot be used"), reason);
        assertTrue(
                graphQl.data("{ workspace(name: \"refused\") { id } }").isNull("workspace"),
                "a refused workspace is forgotten");
        graphQl.error(
                "INVALID",
                "mutation { createWorkspace(input: {name: \"Not!\", bucket: \"b5\"}) { id } }");
        graphQl.error(
                "NOT_FOUND", "mutation { flush(workspace: \"none\", path: \"\") { settled } }");
        graphQl.error(
                "NOT_FOUND",
                "mutation { evict(workspace: \"taken\", path: \"none\") { requested } }");
        graphQl.error(
                "INVALID",
                "mutation { flush(workspace: \"taken\", path: \"\", timeoutSeconds: 9999) {"
                        + " settled } }");
        graphQl.error("INVALID", "{ file(workspace: \"taken\", path: \"../x\") { ino } }");
        assertTrue(
                graphQl.data("{ file(workspace: \"taken\", path: \"none\") { ino } }")
                        .isNull("file"));
    }

    @Test
    void aBucketIsTriedAgain() throws Exception {
        createWorkspace("again", "bucket-7", "");
        String ask = "mutation { checkWorkspace(name: \"again\") { usable code message } }";
        JsonObject usable = graphQl.data(ask).getJsonObject("checkWorkspace");
        assertTrue(usable.getBoolean("usable") && usable.isNull("code"), usable.toString());
        worker.refuse(FailureKind.FAILURE_PERMISSION);
        JsonObject refused = graphQl.data(ask).getJsonObject("checkWorkspace");
        assertFalse(refused.getBoolean("usable"), refused.toString());
        assertEquals("PERMISSION", refused.getString("code"));
        assertEquals("the bucket cannot be used", refused.getString("message"));
        graphQl.error("NOT_FOUND", "mutation { checkWorkspace(name: \"none\") { usable } }");
        assertFalse(graphQl.data("{ workspace(name: \"again\") { id } }").isNull("workspace"));
    }

    @Test
    void aMountIsToldWhyNothingWasDone() {
        assertEquals(
                FailureKind.FAILURE_NOT_FOUND,
                metadata.attach(AttachRequest.newBuilder().setWorkspace("none").build())
                        .getFailure());
    }

    @Test
    void aWorkerOfAnOlderEpochIsFenced() {
        WorkerIdentity older =
                WorkerIdentity.newBuilder()
                        .setWorkerId("worker-1")
                        .setEpoch(worker.registered().getEpoch() - 1)
                        .build();
        assertEquals(
                FailureKind.FAILURE_STALE,
                WorkerServiceGrpc.newBlockingStub(channel)
                        .heartbeat(HeartbeatRequest.newBuilder().setWorker(older).build())
                        .getFailure());
    }

    @Test
    void directoriesAndStatusAreRead() throws Exception {
        createWorkspace("read", "bucket-6", "");
        AttachReply mount = attach("read");
        Attributes made = makeDirectory(mount, "d");
        NodeReply found =
                metadata.lookup(
                        LookupRequest.newBuilder()
                                .setWorkspaceId(mount.getWorkspaceId())
                                .setParent(Limits.ROOT_INO)
                                .setName(ByteString.copyFromUtf8("d"))
                                .build());
        assertEquals(made.getIno(), found.getAttributes().getIno());
        assertEquals(
                NodeType.NODE_TYPE_DIRECTORY,
                metadata.getAttributes(
                                GetAttributesRequest.newBuilder()
                                        .setWorkspaceId(mount.getWorkspaceId())
                                        .setIno(made.getIno())
                                        .build())
                        .getAttributes()
                        .getType());
        ReadDirectoryReply listed =
                metadata.readDirectory(
                        ReadDirectoryRequest.newBuilder()
                                .setWorkspaceId(mount.getWorkspaceId())
                                .setIno(Limits.ROOT_INO)
                                .setLimit(10)
                                .setWithAttributes(true)
                                .build());
        assertEquals(1, listed.getEntriesCount());
        assertTrue(listed.getEnd());
        assertTrue(
                metadata.fileSystemStatus(
                                        FileSystemStatusRequest.newBuilder()
                                                .setWorkspaceId(mount.getWorkspaceId())
                                                .build())
                                .getTotalBytes()
                        > 0);
        assertEquals(
                FailureKind.FAILURE_NONE,
                metadata.sync(
                                SyncRequest.newBuilder()
                                        .setWorkspaceId(mount.getWorkspaceId())
                                        .build())
                        .getFailure());
        detach(mount);
    }

    @Test
    void healthMetricsAndTheUserInterfaceAnswer() throws Exception {
        assertTrue(graphQl.text("/q/health/ready").contains("\"UP\""));
        String metrics = graphQl.text("/q/metrics");
        assertTrue(metrics.contains("forebay_metadata_seconds_count{rpc=\"Register\"}"), metrics);
        for (MetricName name : MetricName.values()) {
            if (name.process() == ProcessKind.CONTROL_PLANE && !appearsLater(name)) {
                assertTrue(
                        metrics.contains("\n" + name.prometheusName()),
                        name.prometheusName() + " is not in\n" + metrics);
            }
        }
        assertTrue(graphQl.text("/q/graphql-ui/").contains("html"));
    }

    /** What there is per workspace, or of what never happened, has no line yet. */
    private static boolean appearsLater(MetricName name) {
        return name.description().contains("tag workspace")
                || name.description().contains("status");
    }

    @Test
    void whatTheServerDoesNotKnowIsAGrpcStatus() {
        assertThrows(
                StatusRuntimeException.class,
                () ->
                        metadata.withDeadlineAfter(1, TimeUnit.NANOSECONDS)
                                .sync(SyncRequest.getDefaultInstance()));
        assertFalse(channel.isShutdown());
    }

    private void createWorkspace(String name, String bucket, String prefix) throws Exception {
        JsonObject made =
                graphQl.data(
                                """
                                mutation { createWorkspace(input: {name: "%s", bucket: "%s",
                                  prefix: "%s"}) { id name prefix flushDelayMillis } }
                                """
                                        .formatted(name, bucket, prefix))
                        .getJsonObject("createWorkspace");
        assertEquals(prefix, made.getString("prefix"));
        assertEquals(1000, made.getInt("flushDelayMillis"));
    }

    private AttachReply attach(String workspace) {
        AttachReply mount =
                metadata.attach(
                        AttachRequest.newBuilder()
                                .setWorkspace(workspace)
                                .setNode(NODE)
                                .setVersion("test")
                                .setMountPoint("/mnt/" + workspace)
                                .build());
        assertEquals(FailureKind.FAILURE_NONE, mount.getFailure());
        return mount;
    }

    private void detach(AttachReply mount) {
        assertEquals(
                FailureKind.FAILURE_NONE,
                metadata.detach(
                                DetachRequest.newBuilder()
                                        .setMountId(mount.getMountId())
                                        .setWorkspaceId(mount.getWorkspaceId())
                                        .build())
                        .getFailure());
    }

    private Attributes makeDirectory(AttachReply mount, String name) {
        NodeReply made =
                metadata.makeNode(
                        MakeNodeRequest.newBuilder()
                                .setCaller(caller(mount))
                                .setWorkspaceId(mount.getWorkspaceId())
                                .setParent(Limits.ROOT_INO)
                                .setName(ByteString.copyFromUtf8(name))
                                .setType(NodeType.NODE_TYPE_DIRECTORY)
                                .setMode(0750)
                                .build());
        assertEquals(FailureKind.FAILURE_NONE, made.getFailure());
        return made.getAttributes();
    }

    private OpenReply create(AttachReply mount, long parent, String name) {
        OpenReply file =
                metadata.create(
                        CreateRequest.newBuilder()
                                .setCaller(caller(mount))
                                .setWorkspaceId(mount.getWorkspaceId())
                                .setParent(parent)
                                .setName(ByteString.copyFromUtf8(name))
                                .setMode(0640)
                                .setExclusive(true)
                                .setWrite(true)
                                .build());
        assertEquals(FailureKind.FAILURE_NONE, file.getFailure());
        return file;
    }

    private OpenReply open(AttachReply mount, long ino) {
        OpenReply file =
                metadata.open(
                        OpenRequest.newBuilder()
                                .setCaller(caller(mount))
                                .setWorkspaceId(mount.getWorkspaceId())
                                .setIno(ino)
                                .setRead(true)
                                .build());
        assertEquals(FailureKind.FAILURE_NONE, file.getFailure());
        return file;
    }

    private void write(AttachReply mount, OpenReply file, long size) {
        NodeReply committed =
                metadata.commit(
                        CommitRequest.newBuilder()
                                .setCaller(caller(mount))
                                .setWorkspaceId(mount.getWorkspaceId())
                                .setIno(file.getAttributes().getIno())
                                .setWritten(
                                        FinalSize.newBuilder()
                                                .setSize(size)
                                                .setMtimeNanos(1_700_000_000_000_000_000L)
                                                .setBlocks((size + 511) / 512))
                                .setDurable(true)
                                .build());
        assertEquals(FailureKind.FAILURE_NONE, committed.getFailure());
        release(mount, file, true);
    }

    private void release(AttachReply mount, OpenReply file, boolean traced) {
        ReleasedFile.Builder released =
                ReleasedFile.newBuilder()
                        .setIno(file.getAttributes().getIno())
                        .setOpenSequence(file.getOpenSequence());
        if (traced) {
            released.setTrace(TraceContext.newBuilder().setTraceparent(TRACEPARENT));
        }
        assertEquals(
                FailureKind.FAILURE_NONE,
                metadata.release(
                                ReleaseRequest.newBuilder()
                                        .setMountId(mount.getMountId())
                                        .setWorkspaceId(mount.getWorkspaceId())
                                        .addFiles(released)
                                        .build())
                        .getFailure());
    }

    private static Caller caller(AttachReply mount) {
        return Caller.newBuilder().setMountId(mount.getMountId()).setUid(1).setGid(2).build();
    }

    private JsonObject fileNode(String workspace, String path) throws Exception {
        return graphQl.data(
                        """
                        { file(workspace: "%s", path: "%s") { path name ino type mode uid size
                          modified flushState error attempts objectKey objectEtag checksum worker
                          staged } }
                        """
                                .formatted(workspace, path))
                .getJsonObject("file");
    }
}
