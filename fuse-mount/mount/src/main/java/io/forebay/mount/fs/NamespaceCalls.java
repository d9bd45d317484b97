package io.forebay.mount.fs;

import com.google.protobuf.ByteString;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.meta.Origin;
import io.forebay.mount.nodes.NodeAttributes;
import io.forebay.mount.nodes.Nodes;
import io.forebay.mount.services.Services;
import io.forebay.proto.Attributes;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileSystemStatusReply;
import io.forebay.proto.FileSystemStatusRequest;
import io.forebay.proto.LinkRequest;
import io.forebay.proto.LookupRequest;
import io.forebay.proto.MakeNodeRequest;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.ReadDirectoryReply;
import io.forebay.proto.ReadDirectoryRequest;
import io.forebay.proto.ReadLinkReply;
import io.forebay.proto.ReadLinkRequest;
import io.forebay.proto.RemoveRequest;
import io.forebay.proto.RenameReply;
import io.forebay.proto.RenameRequest;
import io.forebay.schema.Limits;
import java.util.Arrays;

/** Names: what needs the metadata alone. */
final class NamespaceCalls {
    private static final byte[] DOT = {'.'};
    private static final byte[] DOT_DOT = {'.', '.'};
    private static final int NO_REPLACE = 1;
    private static final int EXCHANGE = 2;
    private static final int WHITEOUT = 4;
    private static final int LINK_PERMISSIONS = 0777;
    private static final long BLOCK_BYTES = 4096;

    private final Services services;
    private final Nodes nodes;
    private final HeldFiles held;

    NamespaceCalls(Services services, Nodes nodes, HeldFiles held) {
        this.services = services;
        this.nodes = nodes;
        this.held = held;
    }

    Reply lookup(Request.Lookup request) {
        long ino = request.header().nodeId();
        if (Arrays.equals(request.name(), DOT)) {
            return byHandle(ino);
        }
        if (Arrays.equals(request.name(), DOT_DOT)) {
            return byHandle(above(ino));
        }
        NodeReply reply =
                services.metadata()
                        .lookup(
                                LookupRequest.newBuilder()
                                        .setWorkspaceId(services.workspaceId())
                                        .setParent(ino)
                                        .setName(name(request.name()))
                                        .build());
        if (reply.getFailure() == FailureKind.FAILURE_NOT_FOUND) {
            // Never believed: a telling may be slower than the word of whoever made it.
            return new Reply.NegativeEntry(0);
        }
        FailureErrno.check(reply.getFailure());
        return nodes.counted(reply.getAttributes());
    }

    /** The kernel has a file handle of an inode that it has forgotten, perhaps long ago. */
    private Reply byHandle(long ino) {
        NodeReply reply = services.ask(ino);
        FailureErrno.check(reply.getFailure());
        if (reply.getAttributes().getNlink() == 0) {
            throw new FuseException(Errno.ESTALE);
        }
        return nodes.counted(reply.getAttributes());
    }

    private long above(long directory) {
        ReadDirectoryReply reply =
                services.metadata()
                        .readDirectory(
                                ReadDirectoryRequest.newBuilder()
                                        .setWorkspaceId(services.workspaceId())
                                        .setIno(directory)
                                        .setLimit(1)
                                        .build());
        FailureErrno.check(reply.getFailure());
        return reply.getParent();
    }

    Reply readLink(Request.ReadLink request) {
        ReadLinkReply reply =
                services.metadata()
                        .readLink(
                                ReadLinkRequest.newBuilder()
                                        .setWorkspaceId(services.workspaceId())
                                        .setIno(request.header().nodeId())
                                        .build());
        FailureErrno.check(reply.getFailure());
        return new Reply.Bytes(reply.getTarget().toByteArray());
    }

    Reply makeDirectory(Request.MakeDirectory request) {
        return make(
                request.header(),
                MakeNodeRequest.newBuilder()
                        .setName(name(request.name()))
                        .setType(NodeType.NODE_TYPE_DIRECTORY)
                        .setMode(request.mode() & NodeAttributes.PERMISSIONS)
                        .setUmask(request.umask()));
    }

    /** mknod(2) of what has no content: a fifo, a socket, a device. */
    Reply makeNode(Request.MakeNode request) {
        return make(
                request.header(),
                MakeNodeRequest.newBuilder()
                        .setName(name(request.name()))
                        .setType(NodeAttributes.type(request.mode()))
                        .setMode(request.mode() & NodeAttributes.PERMISSIONS)
                        .setUmask(request.umask())
                        .setRdev(Integer.toUnsignedLong(request.rdev())));
    }

    Reply link(Request.Link request) {
        Request.Header header = request.header();
        LinkRequest.Builder link =
                LinkRequest.newBuilder()
                        .setWorkspaceId(services.workspaceId())
                        .setIno(request.ino())
                        .setNewParent(header.nodeId())
                        .setNewName(name(request.name()));
        NodeReply reply =
                services.attachment()
                        .mutate(
                                origin(header),
                                caller -> services.metadata().link(link.setCaller(caller).build()),
                                NodeReply::getFailure);
        FailureErrno.check(reply.getFailure());
        nodes.changed(header.nodeId(), reply.getParent());
        nodes.refresh(reply.getAttributes());
        return nodes.counted(reply.getAttributes());
    }

    Reply symLink(Request.SymLink request) {
        if (request.target().length > Limits.LINK_TARGET_BYTES_MAX) {
            throw new FuseException(Errno.ENAMETOOLONG);
        }
        return make(
                request.header(),
                MakeNodeRequest.newBuilder()
                        .setName(name(request.name()))
                        .setType(NodeType.NODE_TYPE_SYMLINK)
                        .setMode(LINK_PERMISSIONS)
                        .setLinkTarget(ByteString.copyFrom(request.target())));
    }

    private Reply make(Request.Header header, MakeNodeRequest.Builder node) {
        NodeReply reply =
                services.attachment()
                        .mutate(
                                origin(header),
                                caller ->
                                        services.metadata()
                                                .makeNode(
                                                        node.setCaller(caller)
                                                                .setWorkspaceId(
                                                                        services.workspaceId())
                                                                .setParent(header.nodeId())
                                                                .build()),
                                NodeReply::getFailure);
        FailureErrno.check(reply.getFailure());
        nodes.changed(header.nodeId(), reply.getParent());
        return nodes.counted(reply.getAttributes());
    }

    Reply remove(Request.Header header, byte[] name, boolean directory) {
        NodeReply reply =
                services.attachment()
                        .mutate(
                                origin(header),
                                caller ->
                                        services.metadata()
                                                .remove(
                                                        RemoveRequest.newBuilder()
                                                                .setCaller(caller)
                                                                .setWorkspaceId(
                                                                        services.workspaceId())
                                                                .setParent(header.nodeId())
                                                                .setName(name(name))
                                                                .setDirectory(directory)
                                                                .build()),
                                NodeReply::getFailure);
        FailureErrno.check(reply.getFailure());
        nodes.changed(header.nodeId(), reply.getParent());
        lostName(reply.getAttributes());
        return new Reply.Ok();
    }

    private void lostName(Attributes attributes) {
        nodes.refresh(attributes);
        boolean file = attributes.getType() == NodeType.NODE_TYPE_FILE;
        if (file && attributes.getNlink() == 0) {
            held.lost(attributes.getIno());
        }
    }

    Reply rename(Request.Rename request) {
        int flags = request.flags();
        boolean exchange = (flags & EXCHANGE) != 0;
        if ((flags & ~(NO_REPLACE | EXCHANGE | WHITEOUT)) != 0 || (exchange && flags != EXCHANGE)) {
            throw new FuseException(Errno.EINVAL);
        }
        RenameRequest.Builder rename =
                RenameRequest.newBuilder()
                        .setWorkspaceId(services.workspaceId())
                        .setParent(request.header().nodeId())
                        .setName(name(request.name()))
                        .setNewParent(request.newParent())
                        .setNewName(name(request.newName()))
                        .setNoReplace((flags & NO_REPLACE) != 0)
                        .setWhiteout((flags & WHITEOUT) != 0)
                        .setExchange(exchange);
        RenameReply reply =
                services.attachment()
                        .mutate(
                                origin(request.header()),
                                caller ->
                                        services.metadata()
                                                .rename(rename.setCaller(caller).build()),
                                RenameReply::getFailure);
        FailureErrno.check(reply.getFailure());
        nodes.changed(request.header().nodeId(), reply.getParent());
        nodes.changed(request.newParent(), reply.getNewParent());
        nodes.refresh(reply.getMoved());
        if (reply.hasReplaced()) {
            lostName(reply.getReplaced());
        }
        return new Reply.Ok();
    }

    Reply status() {
        FileSystemStatusReply reply =
                services.metadata()
                        .fileSystemStatus(
                                FileSystemStatusRequest.newBuilder()
                                        .setWorkspaceId(services.workspaceId())
                                        .build());
        FailureErrno.check(reply.getFailure());
        return new Reply.FileSystemStatus(
                BLOCK_BYTES,
                reply.getTotalBytes() / BLOCK_BYTES,
                reply.getFreeBytes() / BLOCK_BYTES,
                reply.getTotalInodes(),
                reply.getFreeInodes(),
                Limits.NAME_BYTES_MAX);
    }

    static Origin origin(Request.Header header) {
        return Origin.of(header.uid(), header.gid());
    }

    static ByteString name(byte[] name) {
        if (name.length > Limits.NAME_BYTES_MAX) {
            throw new FuseException(Errno.ENAMETOOLONG);
        }
        return ByteString.copyFrom(name);
    }
}
