package io.forebay.mount.fs;

import com.google.protobuf.ByteString;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.nodes.Nodes;
import io.forebay.mount.services.Services;
import io.forebay.proto.GetXattrReply;
import io.forebay.proto.GetXattrRequest;
import io.forebay.proto.ListXattrsReply;
import io.forebay.proto.ListXattrsRequest;
import io.forebay.proto.NodeReply;
import io.forebay.proto.RemoveXattrRequest;
import io.forebay.proto.SetXattrRequest;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.stream.Stream;

/**
 * Extended attributes. The kernel has checked who asks (xattr(7)), except that a list shows {@code
 * trusted.} names to the administrator alone.
 */
final class XattrCalls {
    private static final int CREATE = 1;
    private static final int REPLACE = 2;
    private static final ByteString TRUSTED = ByteString.copyFromUtf8("trusted.");

    /** What can be asked for; the control plane says how it refuses other names. */
    private static final List<ByteString> PREFIXES =
            Stream.of("user.", "trusted.", "security.", "system.posix_acl_")
                    .map(ByteString::copyFromUtf8)
                    .toList();

    private final Services services;
    private final Nodes nodes;

    XattrCalls(Services services, Nodes nodes) {
        this.services = services;
        this.nodes = nodes;
    }

    Reply get(Request.GetXattr request) {
        long ino = request.header().nodeId();
        ByteString name = ByteString.copyFrom(request.name());
        if (nodes.isPlain(ino) && PREFIXES.stream().anyMatch(name::startsWith)) {
            throw new FuseException(Errno.ENODATA);
        }
        GetXattrReply reply =
                services.metadata()
                        .getXattr(
                                GetXattrRequest.newBuilder()
                                        .setWorkspaceId(services.workspaceId())
                                        .setIno(ino)
                                        .setName(name)
                                        .build());
        FailureErrno.check(reply.getFailure());
        return sized(reply.getValue().toByteArray(), request.size());
    }

    Reply list(Request.ListXattrs request) {
        long ino = request.header().nodeId();
        if (nodes.isPlain(ino)) {
            return sized(new byte[0], request.size());
        }
        ListXattrsReply reply =
                services.metadata()
                        .listXattrs(
                                ListXattrsRequest.newBuilder()
                                        .setWorkspaceId(services.workspaceId())
                                        .setIno(ino)
                                        .build());
        FailureErrno.check(reply.getFailure());
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        for (ByteString name : reply.getNamesList()) {
            if (request.header().uid() == 0 || !name.startsWith(TRUSTED)) {
                names.writeBytes(name.toByteArray());
                names.write(0);
            }
        }
        return sized(names.toByteArray(), request.size());
    }

    Reply set(Request.SetXattr request) {
        SetXattrRequest.Builder set =
                SetXattrRequest.newBuilder()
                        .setWorkspaceId(services.workspaceId())
                        .setIno(request.header().nodeId())
                        .setName(ByteString.copyFrom(request.name()))
                        .setValue(ByteString.copyFrom(request.value()))
                        .setCondition(condition(request.flags()))
                        .setKillSetGid(request.killsSetGid());
        NodeReply reply =
                services.attachment()
                        .mutate(
                                NamespaceCalls.origin(request.header()),
                                caller ->
                                        services.metadata().setXattr(set.setCaller(caller).build()),
                                NodeReply::getFailure);
        return changed(reply);
    }

    Reply remove(Request.RemoveXattr request) {
        RemoveXattrRequest.Builder remove =
                RemoveXattrRequest.newBuilder()
                        .setWorkspaceId(services.workspaceId())
                        .setIno(request.header().nodeId())
                        .setName(ByteString.copyFrom(request.name()));
        NodeReply reply =
                services.attachment()
                        .mutate(
                                NamespaceCalls.origin(request.header()),
                                caller ->
                                        services.metadata()
                                                .removeXattr(remove.setCaller(caller).build()),
                                NodeReply::getFailure);
        return changed(reply);
    }

    private Reply changed(NodeReply reply) {
        FailureErrno.check(reply.getFailure());
        nodes.refresh(reply.getAttributes());
        return new Reply.Ok();
    }

    private static Reply sized(byte[] bytes, int size) {
        if (size == 0) {
            return new Reply.XattrSize(bytes.length);
        }
        if (bytes.length > size) {
            throw new FuseException(Errno.ERANGE);
        }
        return new Reply.Bytes(bytes);
    }

    private static SetXattrRequest.Condition condition(int flags) {
        return switch (flags) {
            case 0 -> SetXattrRequest.Condition.CONDITION_NONE;
            case CREATE -> SetXattrRequest.Condition.CONDITION_CREATE;
            case REPLACE -> SetXattrRequest.Condition.CONDITION_REPLACE;
            default -> throw new FuseException(Errno.EINVAL);
        };
    }
}
