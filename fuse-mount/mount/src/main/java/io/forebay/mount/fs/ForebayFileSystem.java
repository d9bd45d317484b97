package io.forebay.mount.fs;

import io.forebay.fuse.Backing;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FileSystem;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.kept.KeptFiles;
import io.forebay.mount.kept.KeptState;
import io.forebay.mount.lock.LockCalls;
import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.meta.Origin;
import io.forebay.mount.nodes.NodeAttributes;
import io.forebay.mount.nodes.Nodes;
import io.forebay.mount.open.Access;
import io.forebay.mount.open.Commits;
import io.forebay.mount.open.OpenFile;
import io.forebay.mount.open.OpenInode;
import io.forebay.mount.open.OpenMode;
import io.forebay.mount.open.OpenTable;
import io.forebay.mount.open.ReleaseQueue;
import io.forebay.mount.services.Services;
import io.forebay.mount.watch.Remembered;
import io.forebay.proto.NodeType;
import io.forebay.schema.ForebayException;
import io.forebay.transport.posix.PosixException;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A workspace as a POSIX file tree. Node ids are the workspace's inode numbers. {@link #close} ends
 * what is still open and waits until the control plane knows of every end.
 */
public final class ForebayFileSystem implements FileSystem, AutoCloseable {
    /** One restart of the control plane. */
    private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(30);

    private final Services services;
    private final OpenTable table;
    private final ReleaseQueue releases;
    private final Nodes nodes;
    private final NamespaceCalls namespace;
    private final XattrCalls xattrs;
    private final OpenCalls opens;
    private final FileCalls files;
    private final RangeCalls ranges;
    private final FlagCalls flags;
    private final LockCalls locks;
    private final StoreCalls stores;
    private final AttributeCalls attributes;
    private final DirectoryCalls directories;
    private final ReplacedNames replaced;
    private final HeldFiles held;
    private final Commits commits;

    /** As a file system whose open files end with this process. */
    public ForebayFileSystem(Services services, Backing backing) {
        this(services, backing, KeptState.alone().files());
    }

    /**
     * @param kept where open files are kept; those that are found there are open
     */
    public ForebayFileSystem(Services services, Backing backing, KeptFiles kept) {
        this.services = services;
        this.table = new OpenTable(kept);
        this.releases = new ReleaseQueue(services, table);
        this.nodes = new Nodes(services, table);
        this.commits = new Commits(services);
        this.xattrs = new XattrCalls(services, nodes);
        this.opens = new OpenCalls(services, backing, nodes, table, releases);
        this.held = new HeldFiles(nodes, table, opens, services.clock());
        this.namespace = new NamespaceCalls(services, nodes, held);
        this.locks = new LockCalls(services);
        SetIdBits setIdBits = new SetIdBits(services, nodes);
        this.flags = new FlagCalls(services, nodes);
        this.ranges = new RangeCalls(table, setIdBits, flags);
        this.attributes = new AttributeCalls(services, nodes, table, opens, commits);
        this.stores = new StoreCalls(services);
        FileCalls.Waits waits = new FileCalls.Waits(locks, stores);
        this.files = new FileCalls(table, opens, commits, waits, setIdBits);
        this.directories = new DirectoryCalls(services, nodes);
        this.replaced = new ReplacedNames(services.clock());
        boolean goesOn = !kept.found().isEmpty();
        if (goesOn) {
            locks.restore();
        }
        services.attachment().keepLease(this::openAndLockAgain);
        if (goesOn) {
            opens.regain();
            table.settle(backing, releases);
        }
    }

    private void openAndLockAgain(long mountId) {
        opens.openAgain(mountId);
        locks.lockAgain(mountId);
    }

    @Override
    public Reply handle(Request request) {
        services.watch().begin(request);
        services.attachment().begin(request.header().id(), request.header().resent());
        try {
            return answer(request);
        } catch (ForebayException | PosixException e) {
            throw FailureErrno.of(e);
        }
    }

    @Override
    public void answered() {
        services.attachment().answered();
        services.watch().answered();
    }

    /** What a change of somebody else makes old. */
    public Remembered remembered() {
        return new Remembered() {
            @Override
            public LongStream known() {
                return nodes.known();
            }

            @Override
            public boolean isOpen(long ino) {
                return table.find(ino).filter(OpenInode::isOpen).isPresent();
            }

            @Override
            public void forget(long ino) {
                nodes.outdated(ino);
            }

            @Override
            public void forgetAll() {
                nodes.outdated();
            }
        };
    }

    private Reply.Attr stat(Request.Header header) {
        return replaced.stat(header, () -> attributes.get(header));
    }

    private static Reply statx(Reply.Attr attr) {
        return new Reply.Statx(attr.attributes(), attr.timeoutNanos());
    }

    private Reply answer(Request request) {
        return switch (request) {
            case Request.Lookup lookup -> lookUp(lookup);
            case Request.Forget forget -> forget(forget);
            case Request.GetAttr get -> stat(get.header());
            case Request.Statx statx -> statx(stat(statx.header()));
            case Request.SetAttr set -> opens.fetches().answer(set, attributes::set);
            case Request.ReadLink link -> namespace.readLink(link);
            case Request.SymLink link -> namespace.symLink(link);
            case Request.MakeDirectory make -> namespace.makeDirectory(make);
            case Request.MakeNode make ->
                    NodeAttributes.type(make.mode()) == NodeType.NODE_TYPE_FILE
                            ? opens.makeFile(make)
                            : namespace.makeNode(make);
            case Request.Link link -> namespace.link(link);
            case Request.Unlink unlink -> namespace.remove(unlink.header(), unlink.name(), false);
            case Request.RemoveDirectory remove ->
                    namespace.remove(remove.header(), remove.name(), true);
            case Request.Rename rename -> namespace.rename(rename);
            case Request.Open open -> opens.fetches().answer(open, opens::open);
            case Request.Create create when Access.of(create.flags()).exclusive() ->
                    opens.create(create); // never waits for the bucket, and must not begin anew
            case Request.Create create -> opens.fetches().answer(create, opens::create);
            case Request.CreateUnnamed create -> opens.create(create);
            case Request.Read read -> files.read(read);
            case Request.Write write -> files.write(write);
            case Request.Flush flush -> files.flush(flush);
            case Request.Fsync fsync -> files.fsync(fsync);
            case Request.Release release -> release(release);
            case Request.OpenDirectory open -> directories.open(open);
            case Request.ReadDirectory read -> directories.read(read);
            case Request.ReleaseDirectory release -> directories.release(release);
            case Request.FsyncDirectory fsync -> sync(fsync.header().nodeId());
            case Request.GetXattr get -> xattrs.get(get);
            case Request.SetXattr set -> xattrs.set(set);
            case Request.ListXattrs list -> xattrs.list(list);
            case Request.RemoveXattr remove -> xattrs.remove(remove);
            case Request.GetFlags get -> flags.get(get);
            case Request.SetFlags set -> flags.set(set);
            case Request.StatFs _ -> namespace.status();
            case Request.GetLock get -> locks.get(get);
            case Request.SetLock set -> locks.set(set);
            case Request.Fallocate allocate -> ranges.allocate(allocate);
            case Request.Seek seek -> ranges.seek(seek);
            case Request.CopyRange copy -> ranges.copy(copy);
            case Request.Unsupported _ -> throw new FuseException(Errno.ENOSYS);
        };
    }

    @Override
    public void directoryTaken(Request.ReadDirectory request, List<Reply.DirectoryEntry> taken) {
        for (Reply.DirectoryEntry entry : taken) {
            if (entry.entry() != null) {
                nodes.counts().add(entry.ino(), 1);
            }
        }
    }

    /** Handles that are open now. */
    public int openFiles() {
        return table.fileCount();
    }

    /** Of {@link #openFiles}, those whose reads and writes do not come here. */
    public int passthroughFiles() {
        return (int)
                table.files().stream()
                        .filter(file -> file.inode().mode(file.access()) == OpenMode.PASSTHROUGH)
                        .count();
    }

    /** Learns from the control plane what a process that served this mount before has locked. */
    public void restoreLocks() {
        locks.restore();
    }

    /** Files of which this mount may hold locks. */
    public int lockedFiles() {
        return locks.files();
    }

    /** Locks that somebody waits for. */
    public int lockWaits() {
        return locks.waits();
    }

    public int openDirectories() {
        return directories.openCount();
    }

    /** Inodes that the kernel may know. */
    public int knownNodes() {
        return nodes.counts().size();
    }

    /** Inodes that are open, or whose release the control plane has not answered. */
    public int unreleasedFiles() {
        return table.inodeCount();
    }

    /** How often the kernel was told of a node, less what it forgot. */
    public long lookups(long ino) {
        return nodes.counts().count(ino);
    }

    /**
     * Waits until the control plane knows of every end of an open that was answered before; false
     * when it did not answer in time.
     */
    public boolean drain(Duration patience) throws InterruptedException {
        return releases.drain(patience);
    }

    /**
     * After a takeover: what a dead process had begun and that did not come again will not come.
     */
    public void endResent() {
        services.attachment().abandonUnfinished();
        table.settleUnfinished(releases);
    }

    /** From now on a write is at its owner when it is answered; {@link #handOver} follows. */
    public void writeThrough() {
        files.writeThrough();
    }

    /** Has the owners take what was answered, before another process takes over. */
    public void handOver() {
        files.handOver();
    }

    /** To be called when the kernel asks nothing any more. */
    @Override
    public void close() {
        held.close();
        locks.close();
        stores.close();
        opens.fetches().close();
        for (OpenFile file : table.files()) {
            files.release(file, Origin.MOUNT);
        }
        try {
            releases.drain(DRAIN_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        releases.close();
    }

    private Reply lookUp(Request.Lookup lookup) {
        Reply reply = replaced.lookedUp(lookup.header(), namespace.lookup(lookup));
        return opens.lookedUp(lookup.header(), reply);
    }

    private Reply release(Request.Release release) {
        long ino = release.header().nodeId();
        boolean nameless = table.find(ino).filter(OpenInode::isNameless).isPresent();
        Reply reply = files.release(release);
        if (nameless) {
            held.lost(ino);
        }
        return reply;
    }

    private Reply forget(Request.Forget forget) {
        nodes.forget(forget.header().nodeId(), forget.count());
        held.forgotten(forget.header().nodeId());
        return new Reply.None();
    }

    private Reply sync(long directory) {
        return commits.sync(directory) ? stores.awaitBelow(directory) : new Reply.Ok();
    }
}
