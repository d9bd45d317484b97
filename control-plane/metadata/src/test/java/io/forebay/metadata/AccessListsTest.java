package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.forebay.proto.Attributes;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.MakeNodeRequest;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.SetAttributesRequest;
import io.forebay.proto.SetXattrRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessListsTest {
    private static final String ACCESS = "system.posix_acl_access";
    private static final String DEFAULT = "system.posix_acl_default";

    private static final int USER_OBJ = 1;
    private static final int USER = 2;
    private static final int GROUP_OBJ = 4;
    private static final int GROUP = 8;
    private static final int MASK = 16;
    private static final int OTHER = 32;
    private static final int NOBODY = -1;

    /**
     * rwx for the owner, rwx for user 1001, r-x for the group and for group 1002, masked by rw-.
     */
    private static final ByteString NAMED = named(7, 6, 1);

    private final Rig rig = new Rig();
    private final long mount = rig.attach("n1");
    private final long file = rig.file(mount, Rig.ROOT, "f", 1);
    private final long directory = rig.mkdir(mount, Rig.ROOT, "d").getAttributes().getIno();

    private static ByteString named(int owner, int mask, int others) {
        return list(
                new int[][] {
                    {USER_OBJ, owner, NOBODY},
                    {USER, 7, 1001},
                    {GROUP_OBJ, 5, NOBODY},
                    {GROUP, 5, 1002},
                    {MASK, mask, NOBODY},
                    {OTHER, others, NOBODY}
                });
    }

    private static ByteString list(int[][] entries) {
        ByteBuffer buffer =
                ByteBuffer.allocate(4 + 8 * entries.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(2);
        for (int[] entry : entries) {
            buffer.putShort((short) entry[0]).putShort((short) entry[1]).putInt(entry[2]);
        }
        return ByteString.copyFrom(buffer.flip());
    }

    private static ByteString three(int user, int group, int other) {
        return list(
                new int[][] {
                    {USER_OBJ, user, NOBODY}, {GROUP_OBJ, group, NOBODY}, {OTHER, other, NOBODY}
                });
    }

    private NodeReply set(long ino, String name, ByteString value) {
        return set(ino, name, value, false);
    }

    private NodeReply set(long ino, String name, ByteString value, boolean killSetGid) {
        return rig.metadata
                .namespace()
                .setXattr(
                        SetXattrRequest.newBuilder()
                                .setCaller(rig.caller(mount))
                                .setWorkspaceId(rig.ws)
                                .setIno(ino)
                                .setName(ByteString.copyFromUtf8(name))
                                .setValue(value)
                                .setKillSetGid(killSetGid)
                                .build());
    }

    private ByteString get(long ino, String name) {
        return rig.getXattr(ino, name).getValue();
    }

    private int mode(long ino) {
        return rig.attributes(ino).getMode();
    }

    private void chmod(long ino, int mode) {
        rig.metadata
                .namespace()
                .setAttributes(
                        SetAttributesRequest.newBuilder()
                                .setCaller(rig.caller(mount))
                                .setWorkspaceId(rig.ws)
                                .setIno(ino)
                                .setMode(mode)
                                .build());
    }

    @Test
    void theMaskIsTheGroupOfTheMode() {
        rig.clock.advance(5);
        Attributes after = set(file, ACCESS, NAMED).getAttributes();
        assertEquals(0761, after.getMode());
        assertEquals(rig.clock.nanos(), after.getCtimeNanos());
        assertTrue(after.getHasXattrs());
        assertEquals(NAMED, get(file, ACCESS));
        assertEquals(Set.of(ACCESS), rig.xattrs(file).keySet());
    }

    @Test
    void chmodChangesOwnerMaskAndOthers() {
        set(file, ACCESS, NAMED);
        chmod(file, 04640);
        assertEquals(04640, mode(file));
        assertEquals(named(6, 4, 0), get(file, ACCESS));
    }

    @Test
    void aListThatSaysWhatAModeSaysIsNotKept() {
        set(file, ACCESS, NAMED);
        assertEquals(0750, set(file, ACCESS, three(7, 5, 0)).getAttributes().getMode());
        assertFalse(rig.attributes(file).getHasXattrs());
        assertEquals(FailureKind.FAILURE_NO_XATTR, rig.getXattr(file, ACCESS).getFailure());
    }

    @Test
    void removingLeavesTheModeAndMayBeRepeated() {
        set(file, ACCESS, NAMED);
        for (int round = 0; round < 2; round++) {
            NodeReply reply = rig.removeXattr(mount, file, ACCESS);
            assertEquals(FailureKind.FAILURE_NONE, reply.getFailure());
            assertEquals(0761, reply.getAttributes().getMode());
            assertFalse(reply.getAttributes().getHasXattrs());
        }
        assertEquals(
                FailureKind.FAILURE_NONE, rig.removeXattr(mount, directory, DEFAULT).getFailure());
    }

    @Test
    void setGidGoesWhereTheCallerIsNotOfTheGroup() {
        chmod(file, 06755);
        assertEquals(06761, set(file, ACCESS, NAMED).getAttributes().getMode());
        assertEquals(04761, set(file, ACCESS, NAMED, true).getAttributes().getMode());
        assertEquals(02755, chmodded(02755, three(7, 5, 5), false));
        assertEquals(0755, chmodded(02755, three(7, 5, 5), true));
    }

    private int chmodded(int mode, ByteString value, boolean killSetGid) {
        chmod(file, mode);
        return set(file, ACCESS, value, killSetGid).getAttributes().getMode();
    }

    @Test
    void aDirectorysDefaultIsWhatNewOnesGetInsteadOfTheUmask() {
        set(directory, DEFAULT, NAMED);
        assertEquals(0755, mode(directory), "a default list lets nobody in");
        long made = created("made", 0664, 077);
        assertEquals(0660, mode(made));
        assertEquals(named(6, 6, 0), get(made, ACCESS));
        assertEquals(Set.of(ACCESS), rig.xattrs(made).keySet());
        Attributes fifo = made("p", NodeType.NODE_TYPE_FIFO, 0604, 077);
        assertEquals(0600, fifo.getMode());
        Attributes sub = made("sub", NodeType.NODE_TYPE_DIRECTORY, 01777, 077);
        assertEquals(01761, sub.getMode());
        assertEquals(NAMED, get(sub.getIno(), ACCESS));
        assertEquals(NAMED, get(sub.getIno(), DEFAULT));
        Attributes link =
                rig.make(mount, directory, "l", NodeType.NODE_TYPE_SYMLINK, "t").getAttributes();
        assertFalse(link.getHasXattrs());
        assertEquals(0777, link.getMode());
    }

    @Test
    void aDefaultOfThreeEntriesIsInheritedAsAMode() {
        set(directory, DEFAULT, three(7, 5, 0));
        assertEquals(three(7, 5, 0), get(directory, DEFAULT));
        long made = created("made", 0666, 0);
        assertEquals(0640, mode(made));
        assertFalse(rig.attributes(made).getHasXattrs());
    }

    @Test
    void withoutADefaultTheUmaskCounts() {
        assertEquals(0644, mode(created("made", 0666, 022)));
        assertEquals(0700, made("p", NodeType.NODE_TYPE_FIFO, 0777, 077).getMode());
        assertEquals(01750, made("sub", NodeType.NODE_TYPE_DIRECTORY, 01777, 027).getMode());
    }

    private long created(String name, int mode, int umask) {
        return rig.metadata
                .openFiles()
                .create(
                        CreateRequest.newBuilder()
                                .setCaller(rig.caller(mount))
                                .setWorkspaceId(rig.ws)
                                .setParent(directory)
                                .setName(ByteString.copyFromUtf8(name))
                                .setMode(mode)
                                .setUmask(umask)
                                .setWrite(true)
                                .build())
                .getAttributes()
                .getIno();
    }

    private Attributes made(String name, NodeType type, int mode, int umask) {
        return rig.metadata
                .namespace()
                .makeNode(
                        MakeNodeRequest.newBuilder()
                                .setCaller(rig.caller(mount))
                                .setWorkspaceId(rig.ws)
                                .setParent(directory)
                                .setName(ByteString.copyFromUtf8(name))
                                .setType(type)
                                .setMode(mode)
                                .setUmask(umask)
                                .build())
                .getAttributes();
    }

    @Test
    void whatIsNoListIsRefused() {
        for (ByteString wrong :
                new ByteString[] {
                    ByteString.EMPTY,
                    ByteString.copyFromUtf8("\2\0\0"),
                    three(7, 5, 0).substring(0, 27),
                    ByteString.copyFromUtf8("\3\0\0\0").concat(three(7, 5, 0).substring(4)),
                    list(new int[][] {}),
                    list(new int[][] {{USER_OBJ, 7, NOBODY}, {GROUP_OBJ, 5, NOBODY}}),
                    list(
                            new int[][] {
                                {GROUP_OBJ, 5, NOBODY}, {USER_OBJ, 7, NOBODY}, {OTHER, 0, NOBODY}
                            }),
                    list(
                            new int[][] {
                                {USER_OBJ, 7, NOBODY},
                                {USER, 7, 1001},
                                {GROUP_OBJ, 5, NOBODY},
                                {OTHER, 0, NOBODY}
                            }),
                    list(
                            new int[][] {
                                {USER_OBJ, 7, NOBODY},
                                {GROUP_OBJ, 5, NOBODY},
                                {GROUP_OBJ, 5, NOBODY},
                                {OTHER, 0, NOBODY}
                            }),
                    three(8, 5, 0),
                    list(
                            new int[][] {
                                {USER_OBJ, 7, NOBODY},
                                {GROUP_OBJ, 5, NOBODY},
                                {OTHER, 0, NOBODY},
                                {64, 0, NOBODY}
                            })
                }) {
            FailureKind failure = set(file, ACCESS, wrong).getFailure();
            assertEquals(FailureKind.FAILURE_INVALID, failure, wrong::toString);
        }
        assertEquals(0644, mode(file));
        long link =
                rig.make(mount, directory, "l", NodeType.NODE_TYPE_SYMLINK, "t")
                        .getAttributes()
                        .getIno();
        assertEquals(FailureKind.FAILURE_UNSUPPORTED, set(link, ACCESS, NAMED).getFailure());
        assertEquals(FailureKind.FAILURE_PERMISSION, set(file, DEFAULT, NAMED).getFailure());
    }
}
