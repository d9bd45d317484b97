package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.admin.NewWorkspace;
import io.forebay.metadata.admin.WorkspaceView;
import io.forebay.metadata.admin.WorkspaceView.State;
import io.forebay.metadata.flush.Policy;
import io.forebay.metadata.kv.MemoryStore;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.DurabilityMode;
import io.forebay.proto.EndedTask;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FinalSize;
import io.forebay.proto.ProbeResult;
import io.forebay.proto.Task;
import io.forebay.schema.ForebayException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WorkspacesTest {
    private final Rig rig = new Rig();

    @Test
    void aProbeDecides() throws InterruptedException {
        WorkspaceView made = create("other", "bucket", "q/", 0);
        assertEquals(State.PROBING, made.state());
        assertEquals(1, rig.metadata.workspaces().list().size());
        probe(made.id(), false);
        assertEquals(
                State.REFUSED,
                rig.metadata.workspaces().awaitProbe(made.id(), 60_000).orElseThrow().state());
        assertEquals(
                "no access",
                rig.metadata.workspaces().find("other").orElseThrow().lastTry().message());
        WorkspaceView again = create("other", "bucket", "q/", 0);
        probe(again.id(), true);
        assertEquals(State.READY, rig.metadata.workspaces().find("other").orElseThrow().state());
        rig.metadata.workspaces().discard(again.id());
        assertEquals(2, rig.metadata.workspaces().list().size());
    }

    /** Also of one that cannot be used any more: what it holds waits until it can. */
    @Test
    void aReadyWorkspaceStaysReadyWhateverATrySays() throws InterruptedException {
        rig.file(rig.attach("n1"), Rig.ROOT, "waits", 5);
        rig.clock.advance(1);
        for (boolean usable : new boolean[] {false, true}) {
            assertTrue(rig.metadata.workspaces().probe(rig.ws).lastTry().pending());
            assertEquals(State.READY, view().state());
            probe(rig.ws, usable);
            assertEquals(
                    new WorkspaceView.Attempt(
                            false,
                            usable ? FailureKind.FAILURE_NONE : FailureKind.FAILURE_PERMISSION,
                            usable ? "" : "no access"),
                    rig.metadata.workspaces().awaitProbe(rig.ws, 60_000).orElseThrow().lastTry());
            assertEquals(State.READY, view().state());
        }
        assertEquals(5, rig.metadata.workspaces().usage(rig.ws).dirtyBytes());
    }

    @Test
    void locationsDoNotOverlap() {
        assertRefused(FailureKind.FAILURE_EXISTS, "main", "elsewhere", "");
        assertRefused(FailureKind.FAILURE_EXISTS, "other", "bucket", "");
        assertRefused(FailureKind.FAILURE_EXISTS, "other", "bucket", "p/deeper/");
        create("other", "bucket", "pp/", 0);
        create("third", "elsewhere", "p/", 0);
    }

    @Test
    void badInputIsRefused() {
        assertRefused(FailureKind.FAILURE_INVALID, "Upper", "bucket", "q/");
        assertRefused(FailureKind.FAILURE_INVALID, "-dash", "bucket", "q/");
        assertRefused(FailureKind.FAILURE_INVALID, "a".repeat(64), "bucket", "q/");
        assertRefused(FailureKind.FAILURE_INVALID, "other", "", "q/");
        assertRefused(FailureKind.FAILURE_INVALID, "other", "bucket", "q");
        assertRefused(FailureKind.FAILURE_INVALID, "other", "bucket", "/q/");
        assertRefused(FailureKind.FAILURE_INVALID, "other", "bucket", "q//r/");
    }

    @Test
    void withoutAWorkerNothingIsMade() {
        Metadata empty = new Metadata(new MemoryStore(), rig.clock, new byte[32]);
        NewWorkspace request =
                new NewWorkspace(
                        "main",
                        "bucket",
                        "",
                        new Policy(DurabilityMode.DURABILITY_MODE_WRITE_BACK, 0),
                        0);
        ForebayException refused =
                assertThrows(ForebayException.class, () -> empty.workspaces().create(request));
        assertEquals(FailureKind.FAILURE_UNAVAILABLE, refused.kind());
    }

    @Test
    void aQuotaEndsNewFiles() {
        WorkspaceView made = create("small", "bucket", "q/", 10);
        probe(made.id(), true);
        long mount =
                rig.metadata
                        .mounts()
                        .attach(
                                io.forebay.proto.AttachRequest.newBuilder()
                                        .setWorkspace("small")
                                        .build())
                        .getMountId();
        CreateRequest.Builder create =
                CreateRequest.newBuilder()
                        .setCaller(rig.caller(mount))
                        .setWorkspaceId(made.id())
                        .setParent(Rig.ROOT)
                        .setName(Rig.bytes("f"));
        long ino = rig.metadata.openFiles().create(create.build()).getAttributes().getIno();
        rig.metadata
                .openFiles()
                .commit(
                        io.forebay.proto.CommitRequest.newBuilder()
                                .setCaller(rig.caller(mount))
                                .setWorkspaceId(made.id())
                                .setIno(ino)
                                .setWritten(FinalSize.newBuilder().setSize(10))
                                .build());
        create.setName(Rig.bytes("g"));
        assertEquals(
                FailureKind.FAILURE_QUOTA,
                rig.metadata.openFiles().create(create.build()).getFailure());
    }

    @Test
    void theLossWindowIsTheAgeOfTheOldestDirtyByte() {
        long mount = rig.attach("n1");
        assertEquals(Duration.ZERO, rig.metadata.workspaces().usage(rig.ws).lossWindow());
        rig.file(mount, Rig.ROOT, "f", 5);
        rig.clock.advance(7_000);
        rig.file(mount, Rig.ROOT, "g", 5);
        assertEquals(Duration.ofSeconds(7), rig.metadata.workspaces().usage(rig.ws).lossWindow());
        assertEquals(10, rig.metadata.workspaces().usage(rig.ws).dirtyBytes());
    }

    @Test
    void workersAreListed() {
        assertEquals("w1", rig.metadata.workers().list().getFirst().id());
        assertTrue(rig.metadata.workers().list().getFirst().healthy());
        rig.clock.advance(10_001);
        assertTrue(!rig.metadata.workers().list().getFirst().healthy());
    }

    private WorkspaceView view() {
        return rig.metadata.workspaces().list().getFirst();
    }

    private WorkspaceView create(String name, String bucket, String prefix, long quota) {
        return rig.metadata
                .workspaces()
                .create(
                        new NewWorkspace(
                                name,
                                bucket,
                                prefix,
                                new Policy(DurabilityMode.DURABILITY_MODE_WRITE_BACK, 0),
                                quota));
    }

    private void assertRefused(FailureKind kind, String name, String bucket, String prefix) {
        ForebayException refused =
                assertThrows(ForebayException.class, () -> create(name, bucket, prefix, 0));
        assertEquals(kind, refused.kind());
    }

    private void probe(long id, boolean ok) {
        Task task = rig.take("w1").getFirst();
        assertEquals(id, task.getWorkspaceId());
        assertTrue(task.hasProbe());
        rig.end(
                "w1",
                EndedTask.newBuilder()
                        .setWorkspaceId(id)
                        .setProbe(
                                ProbeResult.newBuilder()
                                        .setFailure(
                                                ok
                                                        ? FailureKind.FAILURE_NONE
                                                        : FailureKind.FAILURE_PERMISSION)
                                        .setMessage(ok ? "" : "no access"))
                        .build());
    }
}
