package io.forebay.metadata.fs;

import com.google.protobuf.ByteString;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Space;
import io.forebay.proto.FailureKind;
import io.forebay.proto.GetXattrReply;
import io.forebay.proto.GetXattrRequest;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.ListXattrsReply;
import io.forebay.proto.ListXattrsRequest;
import io.forebay.proto.NodeReply;
import io.forebay.proto.RemoveXattrRequest;
import io.forebay.proto.SetXattrRequest;
import io.forebay.schema.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Extended attributes, as xattr(7) has them. Who may see and change which ones is checked where the
 * caller's capabilities are known, which is not here.
 */
final class Xattrs {
    private static final List<String> PREFIXES = List.of("user.", "trusted.", "security.");

    /** No inode has more of them: each takes two bytes of the list at least. */
    private static final int COUNT_MAX = Limits.XATTR_LIST_BYTES_MAX / 2;

    private Xattrs() {}

    static GetXattrReply get(ReadTransaction tx, GetXattrRequest request) {
        long ws = request.getWorkspaceId();
        InodeRecord inode = Inode.read(tx, ws, request.getIno());
        if (inode == null) {
            return GetXattrReply.newBuilder().setFailure(FailureKind.FAILURE_GONE).build();
        }
        FailureKind refused = Answers.failure(() -> check(request.getName()));
        if (refused != FailureKind.FAILURE_NONE) {
            return GetXattrReply.newBuilder().setFailure(refused).build();
        }
        byte[] value = find(tx, ws, request.getIno(), request.getName());
        return value == null
                ? GetXattrReply.newBuilder().setFailure(FailureKind.FAILURE_NO_XATTR).build()
                : GetXattrReply.newBuilder().setValue(ByteString.copyFrom(value)).build();
    }

    static ListXattrsReply list(ReadTransaction tx, ListXattrsRequest request) {
        long ws = request.getWorkspaceId();
        InodeRecord inode = Inode.read(tx, ws, request.getIno());
        ListXattrsReply.Builder reply = ListXattrsReply.newBuilder();
        if (inode == null) {
            return reply.setFailure(FailureKind.FAILURE_GONE).build();
        }
        Tuple.Range range = Keys.xattrs(ws, request.getIno());
        if (inode.getAttributes().getHasXattrs()) {
            for (KeyValue pair : tx.getRange(range.begin(), range.end(), COUNT_MAX)) {
                reply.addNames(ByteString.copyFrom(Tuple.unpack(pair.key()).bytes(3)));
            }
        }
        return reply.build();
    }

    static NodeReply set(Space space, SetXattrRequest request) {
        ByteString name = request.getName();
        Inode inode = space.inode(request.getIno());
        FlagRules.checkChange(inode);
        check(name);
        Refusal.when(
                request.getValue().size() > Limits.XATTR_VALUE_BYTES_MAX,
                FailureKind.FAILURE_INVALID);
        byte[] old = find(space.tx(), space.id(), inode.ino(), name);
        switch (request.getCondition()) {
            case CONDITION_CREATE -> Refusal.when(old != null, FailureKind.FAILURE_EXISTS);
            case CONDITION_REPLACE -> Refusal.when(old == null, FailureKind.FAILURE_NO_XATTR);
            case CONDITION_NONE -> {}
            case UNRECOGNIZED -> throw new Refusal(FailureKind.FAILURE_INVALID);
        }
        if (AccessLists.isOne(name)) {
            AccessLists.set(space, inode, name, request.getValue(), request.getKillSetGid());
        } else {
            store(space, inode, name, request.getValue().toByteArray());
        }
        inode.touch(space.nowNanos(), false);
        return Answers.node(inode);
    }

    static NodeReply remove(Space space, RemoveXattrRequest request) {
        Inode inode = space.inode(request.getIno());
        FlagRules.checkChange(inode);
        check(request.getName());
        byte[] old = find(space.tx(), space.id(), inode.ino(), request.getName());
        boolean list = AccessLists.isOne(request.getName());
        Refusal.when(old == null && !list, FailureKind.FAILURE_NO_XATTR);
        store(space, inode, request.getName(), null);
        inode.touch(space.nowNanos(), false);
        return Answers.node(inode);
    }

    /** A value in place of what is there; null: none. */
    static void store(Space space, Inode inode, ByteString name, byte @Nullable [] value) {
        byte[] old = find(space.tx(), space.id(), inode.ino(), name);
        InodeRecord.Builder record = inode.record();
        long bytes = record.getXattrBytes() + taken(name, value) - taken(name, old);
        long listed = record.getXattrListBytes() + listed(name, value) - listed(name, old);
        Refusal.when(
                value != null
                        && (bytes > Limits.XATTR_BYTES_MAX || listed > Limits.XATTR_LIST_BYTES_MAX),
                FailureKind.FAILURE_NO_SPACE);
        record.setXattrBytes(bytes).setXattrListBytes(listed);
        inode.attributes().setHasXattrs(listed > 0);
        byte[] key = Keys.xattr(space.id(), inode.ino(), name.toByteArray());
        if (value == null) {
            space.tx().clear(key);
        } else {
            space.tx().set(key, value);
        }
    }

    private static long taken(ByteString name, byte @Nullable [] value) {
        return value == null ? 0 : name.size() + value.length;
    }

    private static long listed(ByteString name, byte @Nullable [] value) {
        return value == null ? 0 : name.size() + 1L;
    }

    static byte @Nullable [] find(ReadTransaction tx, long ws, long ino, ByteString name) {
        return tx.get(Keys.xattr(ws, ino, name.toByteArray()));
    }

    /** As ext4 refuses names: a prefix that it does not know, or nothing behind the prefix. */
    private static void check(ByteString name) {
        Refusal.when(name.size() > Limits.NAME_BYTES_MAX, FailureKind.FAILURE_NAME_TOO_LONG);
        String text = name.toString(StandardCharsets.ISO_8859_1);
        if (AccessLists.isOne(name)) {
            return;
        }
        Refusal.when(
                PREFIXES.stream().noneMatch(text::startsWith), FailureKind.FAILURE_UNSUPPORTED);
        Refusal.when(
                PREFIXES.contains(text) || text.indexOf('\0') >= 0, FailureKind.FAILURE_INVALID);
    }
}
