package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.Attributes;
import io.forebay.proto.Caller;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileSystemStatusReply;
import io.forebay.proto.FileSystemStatusRequest;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.proto.ReadDirectoryRequest;
import io.forebay.proto.RemoveRequest;
import io.forebay.proto.RenameReply;
import io.forebay.proto.RenameRequest;
import io.forebay.proto.RequestId;
import io.forebay.proto.SetAttributesRequest;
import org.junit.jupiter.api.Test;

class NamespaceTest {
    private final Rig rig = new Rig();
    private final long mount = rig.attach("n1");

    @Test
    void namesAreChecked() {
        assertEquals(
                FailureKind.FAILURE_NAME_TOO_LONG,
                rig.mkdir(mount, Rig.ROOT, "x".repeat(256)).getFailure());
        assertEquals(
                FailureKind.FAILURE_NONE, rig.mkdir(mount, Rig.ROOT, "x".repeat(255)).getFailure());
        for (String bad : new String[] {"", ".", "..", "a/b", "a\0b"}) {
            assertEquals(FailureKind.FAILURE_INVALID, rig.mkdir(mount, Rig.ROOT, bad).getFailure());
        }
    }

    @Test
    void aNewNodeBelongsToItsMakerAndToTheGroupOfASetGidDirectory() {
        long plain = rig.mkdir(mount, Rig.ROOT, "plain").getAttributes().getIno();
        Attributes own = rig.create(mount, plain, "f").getAttributes();
        assertEquals(7, own.getUid());
        assertEquals(8, own.getGid());
        set(SetAttributesRequest.newBuilder().setIno(plain).setGid(99).setMode(02775));
        Attributes file = rig.create(mount, plain, "g").getAttributes();
        Attributes directory = rig.mkdir(mount, plain, "d").getAttributes();
        assertEquals(99, file.getGid());
        assertEquals(0644, file.getMode());
        assertEquals(99, directory.getGid());
        assertEquals(02755, directory.getMode());
    }

    @Test
    void aChangeOfOwnerTakesTheSetIdBits() {
        long ino = rig.file(mount, Rig.ROOT, "f", 1);
        set(SetAttributesRequest.newBuilder().setIno(ino).setMode(06755));
        assertEquals(0755, set(SetAttributesRequest.newBuilder().setIno(ino).setUid(1)).getMode());
        set(SetAttributesRequest.newBuilder().setIno(ino).setMode(02744));
        assertEquals(02744, set(SetAttributesRequest.newBuilder().setIno(ino).setGid(1)).getMode());
    }

    @Test
    void aWriteTakesTheSetIdBitsWhereItsCallerHasNoRightToKeepThem() {
        long ino = rig.file(mount, Rig.ROOT, "f", 1);
        for (int[] each : new int[][] {{06755, 0755}, {02745, 02745}, {0644, 0644}}) {
            set(SetAttributesRequest.newBuilder().setIno(ino).setMode(each[0]));
            Attributes killed =
                    set(SetAttributesRequest.newBuilder().setIno(ino).setKillSetId(true));
            assertEquals(each[1], killed.getMode());
        }
    }

    @Test
    void timesAreSetAndChangesShow() {
        long ino = rig.file(mount, Rig.ROOT, "f", 1);
        rig.clock.advance(5);
        Attributes set =
                set(
                        SetAttributesRequest.newBuilder()
                                .setIno(ino)
                                .setAtimeNanos(-1)
                                .setMtimeNow(true));
        assertEquals(-1, set.getAtimeNanos());
        assertEquals(rig.clock.nanos(), set.getMtimeNanos());
        assertEquals(rig.clock.nanos(), set.getCtimeNanos());
        rig.clock.advance(5);
        rig.rename(mount, Rig.ROOT, "f", Rig.ROOT, "g");
        assertEquals(rig.clock.nanos(), rig.attributes(ino).getCtimeNanos());
        assertEquals(rig.clock.nanos(), rig.attributes(Rig.ROOT).getMtimeNanos());
    }

    @Test
    void aRepeatedMutationIsAnsweredAsTheFirstTime() {
        Caller caller =
                rig.caller(mount).toBuilder()
                        .setRequest(RequestId.newBuilder().setSlot(3).setSequence(10))
                        .build();
        CreateRequest create =
                CreateRequest.newBuilder()
                        .setCaller(caller)
                        .setWorkspaceId(rig.ws)
                        .setParent(Rig.ROOT)
                        .setName(Rig.bytes("f"))
                        .setExclusive(true)
                        .build();
        OpenReply first = rig.metadata.openFiles().create(create);
        assertEquals(FailureKind.FAILURE_NONE, first.getFailure());
        assertEquals(first, rig.metadata.openFiles().create(create));
        RemoveRequest remove =
                RemoveRequest.newBuilder()
                        .setCaller(
                                caller.toBuilder()
                                        .setRequest(
                                                caller.getRequest().toBuilder().setSequence(11)))
                        .setWorkspaceId(rig.ws)
                        .setParent(Rig.ROOT)
                        .setName(Rig.bytes("f"))
                        .build();
        NodeReply removed = rig.metadata.namespace().remove(remove);
        assertEquals(removed, rig.metadata.namespace().remove(remove));
        assertEquals(
                FailureKind.FAILURE_STALE, rig.metadata.openFiles().create(create).getFailure());
        RenameRequest.Builder rename = rig.renaming(mount, Rig.ROOT, "f", Rig.ROOT, "g");
        rename.setCaller(
                caller.toBuilder().setRequest(RequestId.newBuilder().setSlot(64).setSequence(1)));
        assertEquals(
                FailureKind.FAILURE_INVALID,
                rig.metadata.namespace().rename(rename.build()).getFailure());
    }

    @Test
    void aRenameSaysWhatLostItsName() {
        long a = rig.file(mount, Rig.ROOT, "a", 1);
        long b = rig.file(mount, Rig.ROOT, "b", 2);
        RenameReply reply = rig.rename(mount, Rig.ROOT, "a", Rig.ROOT, "b");
        assertEquals(a, reply.getMoved().getIno());
        assertEquals(b, reply.getReplaced().getIno());
        assertEquals(0, reply.getReplaced().getNlink());
        assertTrue(rig.isLeaving(b));
        RenameReply self = rig.rename(mount, Rig.ROOT, "b", Rig.ROOT, "b");
        assertEquals(FailureKind.FAILURE_NONE, self.getFailure());
        assertTrue(!self.hasReplaced());
        RenameRequest both =
                rig.renaming(mount, Rig.ROOT, "b", Rig.ROOT, "c")
                        .setExchange(true)
                        .setNoReplace(true)
                        .build();
        assertEquals(
                FailureKind.FAILURE_INVALID, rig.metadata.namespace().rename(both).getFailure());
    }

    @Test
    void linksAreChecked() {
        assertEquals(
                FailureKind.FAILURE_NAME_TOO_LONG,
                rig.make(mount, Rig.ROOT, "l", NodeType.NODE_TYPE_SYMLINK, "x".repeat(4096))
                        .getFailure());
        assertEquals(
                FailureKind.FAILURE_NOT_FOUND,
                rig.make(mount, Rig.ROOT, "l", NodeType.NODE_TYPE_SYMLINK, "").getFailure());
        assertEquals(
                FailureKind.FAILURE_INVALID,
                rig.make(mount, Rig.ROOT, "f", NodeType.NODE_TYPE_FILE, "").getFailure());
    }

    @Test
    void aDirectoryKnowsItsParentAndAFileIsNone() {
        long d = rig.mkdir(mount, Rig.ROOT, "d").getAttributes().getIno();
        long e = rig.mkdir(mount, d, "e").getAttributes().getIno();
        long f = rig.file(mount, d, "f", 0);
        ReadDirectoryRequest.Builder request =
                ReadDirectoryRequest.newBuilder().setWorkspaceId(rig.ws).setLimit(10);
        assertEquals(
                d, rig.metadata.namespace().readDirectory(request.setIno(e).build()).getParent());
        assertEquals(
                FailureKind.FAILURE_NOT_DIRECTORY,
                rig.metadata.namespace().readDirectory(request.setIno(f).build()).getFailure());
        assertEquals(FailureKind.FAILURE_NOT_DIRECTORY, rig.mkdir(mount, f, "x").getFailure());
    }

    @Test
    void theFileSystemIsAsLargeAsItsWorkers() {
        FileSystemStatusReply status =
                rig.metadata
                        .namespace()
                        .fileSystemStatus(
                                FileSystemStatusRequest.newBuilder()
                                        .setWorkspaceId(rig.ws)
                                        .build());
        assertEquals(1L << 40, status.getTotalBytes());
        assertEquals(1L << 40, status.getFreeBytes());
    }

    @Test
    void withoutAWorkerThereAreNoNewFiles() {
        rig.clock.advance(10_001);
        assertEquals(
                FailureKind.FAILURE_UNAVAILABLE, rig.create(mount, Rig.ROOT, "f").getFailure());
        rig.heartbeat("w1");
        assertEquals(FailureKind.FAILURE_NONE, rig.create(mount, Rig.ROOT, "f").getFailure());
    }

    private Attributes set(SetAttributesRequest.Builder request) {
        return rig.metadata
                .namespace()
                .setAttributes(request.setCaller(rig.caller(mount)).setWorkspaceId(rig.ws).build())
                .getAttributes();
    }
}
