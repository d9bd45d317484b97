package io.forebay.mount.fs;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.meta.Origin;
import io.forebay.mount.nodes.NodeAttributes;
import io.forebay.mount.nodes.Nodes;
import io.forebay.mount.open.Access;
import io.forebay.mount.open.Commits;
import io.forebay.mount.open.Fresh;
import io.forebay.mount.open.OpenFile;
import io.forebay.mount.open.OpenInode;
import io.forebay.mount.open.OpenTable;
import io.forebay.mount.services.Services;
import io.forebay.proto.Attributes;
import io.forebay.proto.FailureKind;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.SetAttributesRequest;
import io.forebay.transport.file.FileStatus;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** stat(2), and what changes its answer by hand. */
final class AttributeCalls {
    private final Services services;
    private final Nodes nodes;
    private final OpenTable table;
    private final OpenCalls opens;
    private final Commits commits;
    private final SetIdBits setIdBits;
    private final FlagCalls flags;

    AttributeCalls(
            Services services, Nodes nodes, OpenTable table, OpenCalls opens, Commits commits) {
        this.services = services;
        this.nodes = nodes;
        this.table = table;
        this.opens = opens;
        this.commits = commits;
        this.setIdBits = new SetIdBits(services, nodes);
        this.flags = new FlagCalls(services, nodes);
    }

    Reply.Attr get(Request.Header header) {
        long ino = header.nodeId();
        Optional<Reply.Attr> recent = nodes.recent(ino);
        return recent.isPresent() ? recent.get() : answer(ino);
    }

    Reply set(Request.SetAttr request) {
        long ino = request.header().nodeId();
        Origin origin = NamespaceCalls.origin(request.header());
        Request.AttributeChange change = request.change();
        if (change.size().isPresent()) {
            resize(request);
        }
        SetAttributesRequest others = others(ino, change);
        if (!isEmpty(others)) {
            return nodes.attr(setOthers(others, origin));
        }
        if (change.size().isPresent()) {
            return answer(ino);
        }
        // What is left of a write past the mount that takes set-id bits, and of chown(-1, -1).
        return nodes.attr(setOthers(others.toBuilder().setKillSetId(true).build(), origin));
    }

    private void resize(Request.SetAttr request) {
        Request.AttributeChange change = request.change();
        long size = change.size().orElseThrow();
        if (change.handle().isPresent()) { // its close commits
            OpenInode inode = table.file(change.handle().getAsLong()).inode();
            flags.checkResize(inode);
            resize(inode, request, size);
            return;
        }
        Origin origin = NamespaceCalls.origin(request.header());
        Access access = size == 0 ? Access.CUT : Access.WRITE;
        OpenFile file = opens.open(origin, request.header().nodeId(), access);
        try {
            resize(file.inode(), request, size);
            commits.commit(file.inode(), origin);
        } finally {
            opens.close(file);
        }
    }

    private void resize(OpenInode inode, Request.SetAttr request, long size) {
        if (request.change().killsSetId()) {
            setIdBits.kill(inode, request.header());
        }
        inode.writable().truncate(size);
    }

    private Attributes setOthers(SetAttributesRequest others, Origin origin) {
        NodeReply reply = services.changed(origin, others.toBuilder());
        if (reply.getWrittenElsewhere()) {
            return setStaged(reply.getAttributes(), origin);
        }
        Attributes attributes = reply.getAttributes();
        if (attributes.getType() == NodeType.NODE_TYPE_DIRECTORY) {
            nodes.changed(others.getIno(), attributes);
        }
        Optional<OpenInode> inode = table.find(others.getIno());
        if (inode.isPresent()) {
            Fresh fresh = fresh(attributes);
            if (others.hasMtimeNanos() || others.getMtimeNow()) {
                inode.get().mtimeSet(fresh);
            } else {
                inode.get().refreshed(fresh);
            }
        }
        return attributes;
    }

    /**
     * Where other mounts write a file, a time that was set here is set on its staged file: there
     * every later write takes it, and none that was before, however the bytes travel.
     */
    private Attributes setStaged(Attributes set, Origin origin) {
        OpenFile file = opens.open(Origin.MOUNT, set.getIno(), Access.READ);
        try {
            FileStatus status = file.inode().readable().setModified(set.getMtimeNanos());
            SetAttributesRequest.Builder same =
                    SetAttributesRequest.newBuilder()
                            .setIno(set.getIno())
                            .setMtimeNanos(set.getMtimeNanos())
                            .setStagedCtimeNanos(status.ctimeNanos());
            Attributes attributes = services.change(origin, same);
            file.inode().refreshed(fresh(attributes));
            return attributes;
        } finally {
            opens.close(file);
        }
    }

    /** A change of size brings its time along: the commit records it. */
    private SetAttributesRequest others(long ino, Request.AttributeChange change) {
        SetAttributesRequest.Builder others =
                SetAttributesRequest.newBuilder()
                        .setIno(ino)
                        .setAtimeNow(change.atimeNow())
                        .setMtimeNow(change.mtimeNow() && change.size().isEmpty());
        change.mode().ifPresent(mode -> others.setMode(mode & NodeAttributes.PERMISSIONS));
        change.uid().ifPresent(others::setUid);
        change.gid().ifPresent(others::setGid);
        change.atimeNanos().ifPresent(others::setAtimeNanos);
        change.mtimeNanos().ifPresent(others::setMtimeNanos);
        return others.build();
    }

    private static boolean isEmpty(SetAttributesRequest others) {
        return !others.hasMode()
                && !others.hasUid()
                && !others.hasGid()
                && !others.hasAtimeNanos()
                && !others.hasMtimeNanos()
                && !others.getAtimeNow()
                && !others.getMtimeNow();
    }

    /** From the open inode while its copy is young and nothing was written, else by a call. */
    private Reply.Attr answer(long ino) {
        Optional<OpenInode> inode = table.find(ino);
        long timeoutMillis =
                TimeUnit.NANOSECONDS.toMillis(services.attachment().entryTimeoutNanos());
        Optional<Fresh> young =
                inode.flatMap(
                        open -> open.attributesSince(services.clock().millis() - timeoutMillis));
        return young.map(known -> nodes.remembered(known.attributes(), known.atMillis()))
                .orElseGet(() -> nodes.attr(asked(ino, inode)));
    }

    private Attributes asked(long ino, Optional<OpenInode> inode) {
        Optional<FileStatus> before = inode.flatMap(OpenInode::localStatus);
        long askedMillis = services.clock().millis();
        NodeReply reply = services.ask(ino);
        if (reply.getFailure() == FailureKind.FAILURE_GONE
                || reply.getFailure() == FailureKind.FAILURE_NOT_FOUND) {
            Optional<Attributes> unlinked =
                    inode.flatMap(OpenInode::knownIfOpen)
                            .map(known -> known.toBuilder().setNlink(0).build())
                            .or(() -> nodes.departed(ino));
            if (unlinked.isPresent()) {
                return unlinked.get();
            }
        }
        FailureErrno.check(reply.getFailure());
        Attributes attributes = reply.getAttributes();
        inode.ifPresent(open -> open.refreshed(new Fresh(attributes, askedMillis), before));
        if (attributes.getNlink() == 0 && isForgotten(ino, inode)) {
            throw new FuseException(Errno.ESTALE);
        }
        return attributes;
    }

    /**
     * Whether the kernel can only have come here by a name that has gone: then it looks the name up
     * again (ESTALE), and finds what has it now.
     */
    private boolean isForgotten(long ino, Optional<OpenInode> inode) {
        return inode.filter(OpenInode::isOpen).isEmpty() && nodes.departed(ino).isEmpty();
    }

    private Fresh fresh(Attributes attributes) {
        return new Fresh(attributes, services.clock().millis());
    }
}
