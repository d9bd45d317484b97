package io.forebay.mount.fs;

import io.forebay.fuse.Backing;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.OpenFlags;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.meta.Origin;
import io.forebay.mount.nodes.CachedContents;
import io.forebay.mount.nodes.NodeAttributes;
import io.forebay.mount.nodes.Nodes;
import io.forebay.mount.open.Access;
import io.forebay.mount.open.Commits;
import io.forebay.mount.open.Fresh;
import io.forebay.mount.open.OpenFile;
import io.forebay.mount.open.OpenInode;
import io.forebay.mount.open.OpenMode;
import io.forebay.mount.open.OpenTable;
import io.forebay.mount.open.ReleaseQueue;
import io.forebay.mount.services.Services;
import io.forebay.proto.Attributes;
import io.forebay.proto.Caller;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.Grant;
import io.forebay.proto.OpenReply;
import io.forebay.proto.OpenRequest;
import io.forebay.transport.file.StagedHandle;
import java.util.Optional;

/** Opens: from the service's grant to a handle on a staged file. */
final class OpenCalls {
    private final Services services;
    private final Backing backing;
    private final Nodes nodes;
    private final OpenTable table;
    private final ReleaseQueue releases;
    private final StaleNames staleNames;
    private final Commits commits;
    private final SetIdBits setIdBits;
    private final FetchCalls fetches;
    private final CachedContents cached = new CachedContents();

    OpenCalls(
            Services services,
            Backing backing,
            Nodes nodes,
            OpenTable table,
            ReleaseQueue releases) {
        this.services = services;
        this.backing = backing;
        this.nodes = nodes;
        this.table = table;
        this.releases = releases;
        this.setIdBits = new SetIdBits(services, nodes);
        this.staleNames = new StaleNames(services.clock());
        this.commits = new Commits(services);
        this.fetches = new FetchCalls(services);
    }

    FetchCalls fetches() {
        return fetches;
    }

    Reply open(Request.Open request) {
        Request.Header header = request.header();
        Optional<OpenFile> before = table.openedBefore(header);
        OpenFile file = before.orElseGet(() -> staleNames.open(header, () -> openAnew(request)));
        boolean done = false;
        try {
            if (before.isEmpty()) {
                staleNames.check(header, file.inode().known());
                if (request.killsSetId() && file.access().truncate()) {
                    setIdBits.kill(file.inode(), header);
                }
                services.watch().forgetAttributes(header.nodeId());
            }
            makeDurable(file, request.flags());
            done = true;
            return opened(file);
        } finally {
            if (!done) {
                close(file);
            }
        }
    }

    /** A name was looked up. */
    Reply lookedUp(Request.Header header, Reply reply) {
        return staleNames.lookedUp(header, reply);
    }

    private OpenFile openAnew(Request.Open request) {
        requireRoom();
        Request.Header header = request.header();
        Origin origin = NamespaceCalls.origin(header);
        return open(origin, header.nodeId(), Access.of(request.flags()), header.id());
    }

    /** A file system at its limit, as open(2) has it: the limit of the caller is another one. */
    private void requireRoom() {
        if (!table.hasRoom()) {
            throw new FuseException(Errno.ENFILE);
        }
    }

    Reply create(Request.Create request) {
        CreateRequest.Builder file =
                file(request.mode(), request.umask()).setName(NamespaceCalls.name(request.name()));
        return create(request.header(), request.flags(), file);
    }

    /**
     * O_TMPFILE: as a file that has lost its name, but for what {@link NamespaceCalls#link} may do.
     */
    Reply create(Request.CreateUnnamed request) {
        CreateRequest.Builder file = file(request.mode(), request.umask()).setUnnamed(true);
        return create(request.header(), request.flags(), file);
    }

    private Reply create(Request.Header header, int flags, CreateRequest.Builder request) {
        Optional<OpenFile> before = table.openedBefore(header);
        if (before.isPresent()) {
            return created(before.get(), before.get().inode().known(), false, flags);
        }
        requireRoom();
        Access access = Access.of(flags);
        long mountId = services.attachment().mountId();
        OpenReply reply = made(header, access, request);
        OpenFile file = adopt(reply, access, header.id(), mountId);
        return created(file, reply.getAttributes(), reply.getCreated(), flags);
    }

    private Reply created(OpenFile file, Attributes attributes, boolean made, int flags) {
        boolean done = false;
        try {
            makeDurable(file, flags);
            done = true;
            return new Reply.Created(
                    made ? nodes.made(attributes) : nodes.counted(attributes), opened(file));
        } finally {
            if (!done) {
                close(file);
            }
        }
    }

    /**
     * Where writes go past the mount, the staged file's own file system makes each durable that is
     * to be. That the file is there, and that it is written, must be known as well by then.
     */
    private void makeDurable(OpenFile file, int flags) {
        if (Access.isDurable(flags) && file.inode().mode(file.access()) == OpenMode.PASSTHROUGH) {
            commits.sync();
        }
    }

    /** mknod(2) of a regular file, which nobody has opened. */
    Reply makeFile(Request.MakeNode request) {
        Access access = new Access(false, true, false, false, true);
        CreateRequest.Builder file =
                file(request.mode(), request.umask()).setName(NamespaceCalls.name(request.name()));
        long mountId = services.attachment().mountId();
        OpenReply reply = made(request.header(), access, file);
        close(adopt(reply, access, 0, mountId));
        return nodes.counted(reply.getAttributes());
    }

    /** Opens for the mount itself as well; {@link #close} must follow. */
    OpenFile open(Origin origin, long ino, Access access) {
        return open(origin, ino, access, 0);
    }

    private OpenFile open(Origin origin, long ino, Access access, long requestId) {
        OpenInode inode = table.beginOpen(ino);
        long mountId = services.attachment().mountId();
        boolean granted = false;
        boolean done = false;
        try {
            OpenReply reply =
                    services.attachment()
                            .mutate(
                                    origin,
                                    caller ->
                                            services.metadata().open(request(caller, ino, access)),
                                    OpenReply::getFailure);
            FailureErrno.check(reply.getFailure());
            inode.granted(reply.getOpenSequence());
            granted = true;
            OpenFile file = held(adopt(inode, reply, access, requestId), mountId);
            done = true;
            return file;
        } finally {
            end(inode, granted && !done);
        }
    }

    /** Ends an open. Whoever wrote has committed before. */
    void close(OpenFile file) {
        table.removeFile(file.handle());
        if (file.inode().drop(file.access(), backing)) {
            releases.add(file.inode());
        }
        table.removeIfIdle(file.inode());
    }

    /** Opens again, under a new mount id, what is open: the control plane has forgotten it. */
    void openAgain(long mountId) {
        for (OpenInode inode : table.inodes()) {
            if (inode.isOpen()) {
                openAgain(inode, mountId);
            }
        }
    }

    private void openAgain(OpenInode inode, long mountId) {
        Access access = inode.access();
        Caller caller = Caller.newBuilder().setMountId(mountId).build();
        OpenReply reply = services.metadata().open(again(caller, inode.ino(), access));
        if (reply.getFailure() == FailureKind.FAILURE_NONE) {
            inode.grantedAnew(reply.getOpenSequence());
        }
    }

    /** Opens the staged files again that did not survive with the process before this one. */
    void regain() {
        for (OpenInode inode : table.lackingFiles()) {
            Access access = inode.access();
            Grant grant = grantAgain(inode, access);
            inode.regain(services.stagedFiles().open(grant, () -> grantAgain(inode, access)));
        }
    }

    private static CreateRequest.Builder file(int mode, int umask) {
        return CreateRequest.newBuilder()
                .setMode(mode & NodeAttributes.PERMISSIONS)
                .setUmask(umask);
    }

    private OpenReply made(Request.Header header, Access access, CreateRequest.Builder file) {
        file.setWorkspaceId(services.workspaceId())
                .setParent(header.nodeId())
                .setExclusive(access.exclusive())
                .setTruncate(access.truncate())
                .setAppend(access.append())
                .setRead(access.read())
                .setWrite(access.write());
        OpenReply reply =
                services.attachment()
                        .mutate(
                                NamespaceCalls.origin(header),
                                caller ->
                                        services.metadata().create(file.setCaller(caller).build()),
                                OpenReply::getFailure);
        FailureErrno.check(reply.getFailure());
        if (reply.getCreated()) {
            nodes.changed(header.nodeId(), reply.getParent());
        }
        return reply;
    }

    private OpenFile adopt(OpenReply reply, Access access, long requestId, long mountId) {
        OpenInode inode = table.beginOpen(reply.getAttributes().getIno());
        boolean done = false;
        try {
            inode.granted(reply.getOpenSequence());
            OpenFile file = held(adopt(inode, reply, access, requestId), mountId);
            done = true;
            return file;
        } finally {
            end(inode, !done);
        }
    }

    private OpenFile adopt(OpenInode inode, OpenReply reply, Access access, long requestId) {
        StagedHandle staged = fetches.open(reply.getGrant(), () -> grantAgain(inode, access));
        boolean kept = false;
        try {
            Fresh fresh = new Fresh(reply.getAttributes(), services.clock().millis());
            if (access.truncate() && staged.stat().size() > 0) {
                staged.truncate(0); // by a second grant, which does not cut it itself
            }
            inode.adopt(staged, access, fresh, backing);
            kept = true;
            inode.placed(reply);
            return table.addFile(inode, access, requestId);
        } finally {
            if (!kept) {
                staged.close();
            }
        }
    }

    /** Open also for the control plane, if the lease was lost since it granted the open. */
    private OpenFile held(OpenFile file, long mountId) {
        boolean done = false;
        try {
            services.attachment().ifReplaced(mountId, now -> openAgain(file.inode(), now));
            done = true;
            return file;
        } finally {
            if (!done) {
                close(file);
            }
        }
    }

    /** For a worker that has forgotten what it had opened: the same file, and never cut again. */
    private Grant grantAgain(OpenInode inode, Access access) {
        Access same = new Access(access.read(), access.write(), false, false, false);
        OpenReply reply =
                services.attachment()
                        .mutate(
                                Origin.MOUNT,
                                caller ->
                                        services.metadata().open(again(caller, inode.ino(), same)),
                                OpenReply::getFailure);
        FailureErrno.check(reply.getFailure());
        inode.granted(reply.getOpenSequence());
        inode.placed(reply);
        return reply.getGrant();
    }

    private void end(OpenInode inode, boolean failedAfterGrant) {
        if (inode.endOpen(failedAfterGrant)) {
            releases.add(inode);
        }
        table.removeIfIdle(inode);
    }

    private OpenRequest request(Caller caller, long ino, Access access) {
        return OpenRequest.newBuilder()
                .setCaller(caller)
                .setWorkspaceId(services.workspaceId())
                .setIno(ino)
                .setRead(access.read())
                .setWrite(access.write())
                .setTruncate(access.truncate())
                .setAppend(access.append())
                .build();
    }

    /** What is open stays open, whatever flags were set since. */
    private OpenRequest again(Caller caller, long ino, Access access) {
        return request(caller, ino, access).toBuilder().setAgain(true).build();
    }

    private Reply.Opened opened(OpenFile file) {
        OpenMode mode = file.inode().mode(file.access());
        boolean keep =
                mode == OpenMode.CACHED
                        && !file.access().write()
                        && cached.opened(file.inode().known());
        int flags = mode.flags() | (keep ? OpenFlags.KEEP_CACHE : 0);
        return new Reply.Opened(file.handle(), flags, file.inode().backingId());
    }
}
