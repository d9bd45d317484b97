package io.forebay.metadata;

import com.google.protobuf.ByteString;
import io.forebay.metadata.admin.FileView;
import io.forebay.metadata.admin.NewWorkspace;
import io.forebay.metadata.admin.PathRules;
import io.forebay.metadata.admin.WorkspaceView;
import io.forebay.metadata.flush.Policy;
import io.forebay.metadata.kv.KeyValueStore;
import io.forebay.metadata.kv.MemoryStore;
import io.forebay.proto.AttachReply;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.Attributes;
import io.forebay.proto.Caller;
import io.forebay.proto.Claims;
import io.forebay.proto.CommitRequest;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.DirectoryEntry;
import io.forebay.proto.DurabilityMode;
import io.forebay.proto.EndTasksRequest;
import io.forebay.proto.EndedTask;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FinalSize;
import io.forebay.proto.GetAttributesRequest;
import io.forebay.proto.GetXattrReply;
import io.forebay.proto.GetXattrRequest;
import io.forebay.proto.HeartbeatRequest;
import io.forebay.proto.LinkRequest;
import io.forebay.proto.ListXattrsRequest;
import io.forebay.proto.LookupRequest;
import io.forebay.proto.MakeNodeRequest;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.proto.OpenRequest;
import io.forebay.proto.ProbeResult;
import io.forebay.proto.ReadDirectoryReply;
import io.forebay.proto.ReadDirectoryRequest;
import io.forebay.proto.RegisterWorkerRequest;
import io.forebay.proto.ReleaseRequest;
import io.forebay.proto.ReleasedFile;
import io.forebay.proto.RemoveRequest;
import io.forebay.proto.RemoveXattrRequest;
import io.forebay.proto.RenameReply;
import io.forebay.proto.RenameRequest;
import io.forebay.proto.SetXattrRequest;
import io.forebay.proto.TakeTasksReply;
import io.forebay.proto.TakeTasksRequest;
import io.forebay.proto.Task;
import io.forebay.proto.WorkerIdentity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The model over a store in memory, with a workspace, workers and mounts, and short calls. */
public final class Rig {
    public static final long ROOT = 1;
    private static final int TASKS_MAX = 64;
    private static final Logger LOG = Logger.getLogger("io.forebay.metadata");

    static {
        LOG.setLevel(Level.OFF); // mounts and workers end by the thousand here
    }

    public final TestClock clock;
    public final KeyValueStore store;
    public final Metadata metadata;
    public final Map<String, Long> epochs = new HashMap<>();
    public final long ws;

    public Rig() {
        this(1000);
    }

    public Rig(long flushDelayMillis) {
        this(new MemoryStore(), flushDelayMillis);
    }

    /** As {@link #Rig(long)}, in an empty store. */
    public Rig(KeyValueStore store, long flushDelayMillis) {
        this.store = store;
        clock = new TestClock();
        metadata = new Metadata(store, clock, new byte[32]);
        register("w1", "n1");
        WorkspaceView made =
                metadata.workspaces()
                        .create(
                                new NewWorkspace(
                                        "main",
                                        "bucket",
                                        "p/",
                                        new Policy(
                                                DurabilityMode.DURABILITY_MODE_WRITE_BACK,
                                                flushDelayMillis),
                                        0));
        ws = made.id();
        take("w1");
        end(
                "w1",
                EndedTask.newBuilder()
                        .setWorkspaceId(ws)
                        .setProbe(ProbeResult.getDefaultInstance())
                        .build());
    }

    /** The next process of the control plane, over what its store has. */
    public Rig(Rig before) {
        store = before.store;
        clock = before.clock;
        ws = before.ws;
        epochs.putAll(before.epochs);
        metadata = new Metadata(store, clock, new byte[32]);
    }

    public static ByteString bytes(String text) {
        return ByteString.copyFrom(text, StandardCharsets.UTF_8);
    }

    public void register(String worker, String node) {
        epochs.put(
                worker,
                metadata.workers()
                        .register(
                                RegisterWorkerRequest.newBuilder()
                                        .setWorkerId(worker)
                                        .setNode(node)
                                        .setSocketPath("/run/" + worker)
                                        .setAddress(worker + ":1")
                                        .setCapacityBytes(1L << 40)
                                        .build())
                        .getEpoch());
    }

    public WorkerIdentity identity(String worker) {
        return WorkerIdentity.newBuilder()
                .setWorkerId(worker)
                .setEpoch(epochs.getOrDefault(worker, 0L))
                .build();
    }

    public void heartbeat(String worker) {
        metadata.workers()
                .heartbeat(
                        HeartbeatRequest.newBuilder()
                                .setWorker(identity(worker))
                                .setFreeBytes(1L << 40)
                                .build());
    }

    public List<Task> take(String worker) {
        return metadata.tasks().takeTasks(takeRequest(worker)).getTasksList();
    }

    /** As {@link #take}, waiting for it. */
    public TakeTasksReply await(String worker, long millis, Runnable asked)
            throws InterruptedException {
        return metadata.tasks().awaitTasks(takeRequest(worker), millis, asked);
    }

    private TakeTasksRequest takeRequest(String worker) {
        return TakeTasksRequest.newBuilder()
                .setWorker(identity(worker))
                .setLimit(TASKS_MAX)
                .build();
    }

    public void end(String worker, EndedTask ended) {
        metadata.tasks()
                .endTasks(
                        EndTasksRequest.newBuilder()
                                .setWorker(identity(worker))
                                .addTasks(ended)
                                .build());
    }

    public long attach(String node) {
        AttachReply reply =
                metadata.mounts()
                        .attach(
                                AttachRequest.newBuilder()
                                        .setWorkspace("main")
                                        .setNode(node)
                                        .build());
        return reply.getMountId();
    }

    /** A worker that loses nothing. */
    SimWorker worker(Bucket bucket) {
        SimWorker worker = new SimWorker(this, bucket, new Random(1), "w1", "n1");
        worker.faulty = false;
        return worker;
    }

    public Caller caller(long mount) {
        return Caller.newBuilder().setMountId(mount).setUid(7).setGid(8).build();
    }

    public OpenReply create(long mount, long parent, String name) {
        return metadata.openFiles()
                .create(
                        CreateRequest.newBuilder()
                                .setCaller(caller(mount))
                                .setWorkspaceId(ws)
                                .setParent(parent)
                                .setName(bytes(name))
                                .setMode(0644)
                                .setExclusive(true)
                                .setWrite(true)
                                .build());
    }

    /** As O_TMPFILE. */
    public OpenReply createUnnamed(long mount, long directory) {
        return metadata.openFiles()
                .create(
                        CreateRequest.newBuilder()
                                .setCaller(caller(mount))
                                .setWorkspaceId(ws)
                                .setParent(directory)
                                .setMode(0600)
                                .setUnnamed(true)
                                .setWrite(true)
                                .build());
    }

    public OpenReply open(long mount, long ino, boolean write, boolean truncate) {
        return metadata.openFiles()
                .open(
                        OpenRequest.newBuilder()
                                .setCaller(caller(mount))
                                .setWorkspaceId(ws)
                                .setIno(ino)
                                .setRead(true)
                                .setWrite(write)
                                .setTruncate(truncate)
                                .build());
    }

    public NodeReply commit(long mount, long ino, long size, long mtime) {
        return commit(mount, ino, size, mtime, false);
    }

    public NodeReply commit(long mount, long ino, long size, long mtime, boolean closed) {
        return commit(mount, ino, written(size, mtime), closed);
    }

    private static FinalSize written(long size, long mtime) {
        return FinalSize.newBuilder()
                .setSize(size)
                .setMtimeNanos(mtime)
                .setBlocks((size + 511) / 512)
                .setStagedCtimeNanos(mtime)
                .build();
    }

    public NodeReply commit(long mount, long ino, FinalSize written, boolean closed) {
        return metadata.openFiles().commit(commit(mount, ino, written).setClosed(closed).build());
    }

    private CommitRequest.Builder commit(long mount, long ino, FinalSize written) {
        return CommitRequest.newBuilder()
                .setCaller(caller(mount))
                .setWorkspaceId(ws)
                .setIno(ino)
                .setWritten(written);
    }

    /** As an fsync. */
    public NodeReply sync(long mount, long ino, long size, long mtime) {
        CommitRequest.Builder commit = commit(mount, ino, written(size, mtime));
        return metadata.openFiles().commit(commit.setDurable(true).build());
    }

    /** As an fsync of WRITE_THROUGH; the generation to wait for. */
    public long store(long mount, long ino, long size, long mtime) {
        CommitRequest.Builder commit = commit(mount, ino, written(size, mtime)).setDurable(true);
        return metadata.openFiles().commit(commit.setStore(true).build()).getStoredGeneration();
    }

    /** The paths with a durability of their own. */
    public List<byte[]> ruled() {
        return metadata.workspaces().find("main").orElseThrow().rules().stream()
                .map(rule -> rule.path().getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    public void durability(String path, DurabilityMode mode) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        PathRules.Wish wish = new PathRules.Wish(mode, OptionalLong.empty(), OptionalInt.empty());
        metadata.pathRules().set(ws, bytes, wish);
    }

    public void release(long mount, long ino, long sequence) {
        metadata.openFiles()
                .release(
                        ReleaseRequest.newBuilder()
                                .setMountId(mount)
                                .setWorkspaceId(ws)
                                .addFiles(
                                        ReleasedFile.newBuilder()
                                                .setIno(ino)
                                                .setOpenSequence(sequence))
                                .build());
    }

    /** A closed file of some size. */
    public long file(long mount, long parent, String name, long size) {
        OpenReply reply = create(mount, parent, name);
        long ino = reply.getAttributes().getIno();
        if (size > 0) {
            commit(mount, ino, size, clock.nanos() + size);
        }
        release(mount, ino, reply.getOpenSequence());
        return ino;
    }

    public NodeReply mkdir(long mount, long parent, String name) {
        return make(mount, parent, name, NodeType.NODE_TYPE_DIRECTORY, "");
    }

    public NodeReply make(long mount, long parent, String name, NodeType type, String target) {
        return metadata.namespace()
                .makeNode(
                        MakeNodeRequest.newBuilder()
                                .setCaller(caller(mount))
                                .setWorkspaceId(ws)
                                .setParent(parent)
                                .setName(bytes(name))
                                .setType(type)
                                .setMode(0755)
                                .setLinkTarget(bytes(target))
                                .build());
    }

    public NodeReply remove(long mount, long parent, String name, boolean directory) {
        return metadata.namespace()
                .remove(
                        RemoveRequest.newBuilder()
                                .setCaller(caller(mount))
                                .setWorkspaceId(ws)
                                .setParent(parent)
                                .setName(bytes(name))
                                .setDirectory(directory)
                                .build());
    }

    public NodeReply link(long mount, long ino, long parent, String name) {
        return metadata.namespace()
                .link(
                        LinkRequest.newBuilder()
                                .setCaller(caller(mount))
                                .setWorkspaceId(ws)
                                .setIno(ino)
                                .setNewParent(parent)
                                .setNewName(bytes(name))
                                .build());
    }

    public NodeReply setXattr(
            long mount, long ino, String name, String value, SetXattrRequest.Condition condition) {
        return metadata.namespace()
                .setXattr(
                        SetXattrRequest.newBuilder()
                                .setCaller(caller(mount))
                                .setWorkspaceId(ws)
                                .setIno(ino)
                                .setName(bytes(name))
                                .setValue(bytes(value))
                                .setCondition(condition)
                                .build());
    }

    public NodeReply removeXattr(long mount, long ino, String name) {
        return metadata.namespace()
                .removeXattr(
                        RemoveXattrRequest.newBuilder()
                                .setCaller(caller(mount))
                                .setWorkspaceId(ws)
                                .setIno(ino)
                                .setName(bytes(name))
                                .build());
    }

    public GetXattrReply getXattr(long ino, String name) {
        return metadata.namespace()
                .getXattr(
                        GetXattrRequest.newBuilder()
                                .setWorkspaceId(ws)
                                .setIno(ino)
                                .setName(bytes(name))
                                .build());
    }

    /** All extended attributes, by name. */
    public Map<String, String> xattrs(long ino) {
        Map<String, String> all = new TreeMap<>();
        metadata.namespace()
                .listXattrs(ListXattrsRequest.newBuilder().setWorkspaceId(ws).setIno(ino).build())
                .getNamesList()
                .forEach(name -> {
                    String text = name.toStringUtf8();
                    all.put(text, getXattr(ino, text).getValue().toStringUtf8());
                });
        return all;
    }

    public RenameRequest.Builder renaming(
            long mount, long parent, String name, long newParent, String newName) {
        return RenameRequest.newBuilder()
                .setCaller(caller(mount))
                .setWorkspaceId(ws)
                .setParent(parent)
                .setName(bytes(name))
                .setNewParent(newParent)
                .setNewName(bytes(newName));
    }

    public RenameReply rename(long mount, long parent, String name, long newParent, String to) {
        return metadata.namespace().rename(renaming(mount, parent, name, newParent, to).build());
    }

    public NodeReply lookup(long parent, String name) {
        return metadata.namespace()
                .lookup(
                        LookupRequest.newBuilder()
                                .setWorkspaceId(ws)
                                .setParent(parent)
                                .setName(bytes(name))
                                .build());
    }

    public Attributes attributes(long ino) {
        return metadata.namespace()
                .getAttributes(
                        GetAttributesRequest.newBuilder().setWorkspaceId(ws).setIno(ino).build())
                .getAttributes();
    }

    public FailureKind failure(long ino) {
        return metadata.namespace()
                .getAttributes(
                        GetAttributesRequest.newBuilder().setWorkspaceId(ws).setIno(ino).build())
                .getFailure();
    }

    /** Whether a file has gone, or does as soon as its time is over. */
    public boolean isLeaving(long ino) {
        return failure(ino) == FailureKind.FAILURE_GONE || attributes(ino).getNlink() == 0;
    }

    public List<DirectoryEntry> list(long directory) {
        List<DirectoryEntry> entries = new ArrayList<>();
        ReadDirectoryReply page;
        ByteString after = ByteString.EMPTY;
        do {
            page =
                    metadata.namespace()
                            .readDirectory(
                                    ReadDirectoryRequest.newBuilder()
                                            .setWorkspaceId(ws)
                                            .setIno(directory)
                                            .setAfter(after)
                                            .setLimit(3)
                                            .setWithAttributes(true)
                                            .build());
            entries.addAll(page.getEntriesList());
            after = entries.isEmpty() ? after : entries.getLast().getName();
        } while (!page.getEnd());
        return entries;
    }

    public FileView inspect(String path) {
        return metadata.inspection()
                .inspect(ws, path.getBytes(StandardCharsets.UTF_8))
                .orElseThrow();
    }

    /** Runs what nobody asks for, until there is none; bounded. */
    public void tend() {
        for (int i = 0; i < 10_000 && metadata.tend(); i++) {}
    }

    public static Claims claims(OpenReply reply) {
        ByteString token = reply.getGrant().getToken();
        try {
            return Claims.parseFrom(token.substring(0, token.size() - 32));
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
