package io.forebay.metadata;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.admin.Usage;
import io.forebay.metadata.fsck.Healthy;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.proto.Attributes;
import io.forebay.proto.Claims;
import io.forebay.proto.DirectoryEntry;
import io.forebay.proto.DurabilityMode;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.proto.RenewRequest;
import io.forebay.schema.Limits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random operations of mounts, with workers that lose replies and crash, mounts that die, and a
 * bucket with conditional puts, against I2, I4, I5 and I6; when all is quiet the bucket is the
 * tree.
 */
class RandomFlushTest {
    private static final int STEPS = 400;
    private static final String[] NAMES = {"a", "b", "c", "d", "e"};

    @Test
    void theBucketBecomesTheTree() {
        run(20_000, 60, Kind.ALONE);
    }

    @Test
    void foreignObjectsAreNeverTouched() {
        run(50_000, 20, Kind.FOREIGN);
    }

    @Test
    void whatIsWrittenThroughIsInTheBucket() {
        run(80_000, 60, Kind.WRITE_THROUGH);
    }

    @Test
    void modesThatChangeLoseNothing() {
        run(110_000, 40, Kind.CHANGING_MODES);
    }

    /** What runs beside the usual. */
    private enum Kind {
        ALONE,
        FOREIGN,
        WRITE_THROUGH,
        CHANGING_MODES
    }

    private static void run(long constant, int usual, Kind kind) {
        long first = Seeds.first(constant);
        for (long seed = first; seed < first + Seeds.count(usual); seed++) {
            try {
                new Run(seed, kind).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dforebay.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** What a mount has open. */
    private static final class Handle {
        final long mount;
        final long ino;
        final long sequence;
        final SimWorker worker;
        boolean write;
        boolean wrote;

        Handle(long mount, long ino, long sequence, SimWorker worker) {
            this.mount = mount;
            this.ino = ino;
            this.sequence = sequence;
            this.worker = worker;
        }
    }

    private static final class Run {
        private final Random random;
        private final Rig rig = new Rig(200);
        private final Bucket bucket = new Bucket();
        private final List<SimWorker> workers = new ArrayList<>();
        private final List<Long> mounts = new ArrayList<>();
        private final List<Handle> handles = new ArrayList<>();
        private final Map<Long, String> contents = new HashMap<>();
        private final Set<String> closed = new HashSet<>();
        private final Set<String> foreignKeys = new HashSet<>();
        private final Promises promises = new Promises(rig, bucket);
        private final Kind kind;
        private final boolean foreign;
        private long tokens;

        Run(long seed, Kind kind) {
            this.random = new Random(seed);
            this.kind = kind;
            this.foreign = kind == Kind.FOREIGN;
            if (kind == Kind.WRITE_THROUGH) {
                rig.durability("", DurabilityMode.DURABILITY_MODE_WRITE_THROUGH);
            }
            rig.register("w2", "n2");
            workers.add(new SimWorker(rig, bucket, random, "w1", "n1"));
            workers.add(new SimWorker(rig, bucket, random, "w2", "n2"));
            mounts.add(rig.attach("n1"));
            mounts.add(rig.attach("n2"));
        }

        void run() {
            for (int i = 0; i < STEPS; i++) {
                bucket.arrive(rig.clock.millis());
                step();
                checkObjects();
                Healthy.assertMetadata(rig);
                if (kind == Kind.WRITE_THROUGH) {
                    promises.check();
                }
            }
            settle();
            checkQuiet();
            Healthy.assertMetadata(rig);
        }

        private void step() {
            if (kind == Kind.WRITE_THROUGH || kind == Kind.CHANGING_MODES) {
                durability();
            }
            switch (random.nextInt(26)) {
                case 0, 1, 2 -> create();
                case 3 -> rig.mkdir(mount(), directory(), name());
                case 4 -> rig.remove(mount(), directory(), name(), false);
                case 5 -> rig.remove(mount(), directory(), name(), true);
                case 6, 7 -> rig.rename(mount(), directory(), name(), directory(), name());
                case 8 -> exchange();
                case 9 -> open();
                case 10 -> write();
                case 11, 12 -> close();
                case 13 -> renew(random.nextInt(400));
                case 14 -> rig.metadata.tend();
                case 15 -> {
                    if (!foreign) {
                        worker().evictSome();
                    }
                }
                case 16 -> rare();
                case 17, 18 -> worker().take();
                case 19, 20 -> link();
                default -> worker().step();
            }
        }

        private void durability() {
            switch (random.nextInt(30)) {
                case 0, 1 -> store();
                case 2 -> {
                    if (kind == Kind.CHANGING_MODES) {
                        DurabilityMode mode = DurabilityMode.forNumber(1 + random.nextInt(3));
                        rig.durability(
                                random.nextBoolean() ? name() : name() + "/" + name(),
                                requireNonNull(mode));
                    }
                }
                default -> {}
            }
        }

        private void store() {
            List<Handle> writers = handles.stream().filter(each -> each.write).toList();
            if (writers.isEmpty()) {
                return;
            }
            Handle handle = writers.get(random.nextInt(writers.size()));
            SimWorker.Staged staged = requireNonNull(handle.worker.staged.get(handle.ino));
            closed.add(handle.ino + ":" + staged.content());
            promises.store(handle.mount, handle.ino, staged);
        }

        private void rare() {
            switch (random.nextInt(4)) {
                case 0 -> worker().crash();
                case 1 -> mountDies();
                case 2 -> {
                    if (!foreign) {
                        rig.metadata.inspection().evict(rig.ws, new byte[0]);
                    }
                }
                default -> {
                    if (foreign) {
                        String key = random.nextBoolean() ? name() : name() + "/" + name();
                        foreignKeys.add(key);
                        bucket.putForeign(key, "foreign" + ++tokens);
                    }
                }
            }
        }

        private void renew(long millis) {
            rig.clock.advance(millis);
            for (SimWorker worker : workers) {
                rig.heartbeat(worker.id);
            }
            for (long mount : mounts) {
                rig.metadata
                        .mounts()
                        .renew(
                                RenewRequest.newBuilder()
                                        .setMountId(mount)
                                        .setWorkspaceId(rig.ws)
                                        .build());
            }
        }

        private void mountDies() {
            long dead = mounts.removeFirst();
            handles.removeIf(handle -> handle.mount == dead);
            for (int i = 0; i < 4; i++) {
                renew(10_000);
            }
            rig.tend();
            mounts.add(rig.attach(random.nextBoolean() ? "n1" : "n2"));
        }

        private void create() {
            long mount = mount();
            OpenReply reply =
                    random.nextInt(4) == 0
                            ? rig.createUnnamed(mount, directory())
                            : rig.create(mount, directory(), name());
            opened(reply, mount);
        }

        private void opened(OpenReply reply, long mount) {
            if (reply.getFailure() != FailureKind.FAILURE_NONE) {
                return;
            }
            long ino = reply.getAttributes().getIno();
            Claims claims = Rig.claims(reply);
            SimWorker worker =
                    workers.stream()
                            .filter(each -> each.id.equals(claims.getWorkerId()))
                            .findFirst()
                            .orElseThrow();
            worker.open(claims);
            contents.putIfAbsent(ino, "");
            if (claims.getTruncate()) {
                if (handles.stream().noneMatch(each -> each.write && each.ino == ino)) {
                    closed.add(ino + ":" + contents.get(ino));
                }
                contents.put(ino, "");
                promises.written(ino);
                closed.add(ino + ":");
            }
            closed.add(ino + ":" + contents.get(ino));
            assertEquals(contents.get(ino), worker.content(ino), "I7: other bytes " + ino);
            Handle handle = new Handle(mount, ino, reply.getOpenSequence(), worker);
            handle.write = claims.getWrite();
            handles.removeIf(each -> each.mount == mount && each.ino == ino && merge(handle, each));
            handles.add(handle);
        }

        private static boolean merge(Handle handle, Handle old) {
            handle.write |= old.write;
            handle.wrote |= old.wrote;
            return true;
        }

        private void exchange() {
            rig.metadata
                    .namespace()
                    .rename(
                            rig.renaming(mount(), directory(), name(), directory(), name())
                                    .setExchange(true)
                                    .build());
        }

        /** Also of what is open, with a name or without. */
        private void link() {
            long ino =
                    random.nextBoolean() || handles.isEmpty()
                            ? rig.lookup(directory(), name()).getAttributes().getIno()
                            : handles.get(random.nextInt(handles.size())).ino;
            if (ino != 0) {
                rig.link(mount(), ino, directory(), name());
            }
        }

        private void open() {
            long ino = rig.lookup(directory(), name()).getAttributes().getIno();
            if (ino != 0) {
                boolean write = random.nextBoolean();
                long mount = mount();
                opened(rig.open(mount, ino, write, write && random.nextInt(3) == 0), mount);
            }
        }

        private void write() {
            if (handles.isEmpty()) {
                return;
            }
            Handle handle = handles.get(random.nextInt(handles.size()));
            if (handle.write) {
                String content = "t" + ++tokens;
                rig.clock.advance(1);
                contents.put(handle.ino, content);
                promises.written(handle.ino);
                handle.wrote = true;
                handle.worker.staged.put(
                        handle.ino, new SimWorker.Staged(content, rig.clock.nanos()));
                if (random.nextBoolean()) {
                    commit(handle);
                }
            }
        }

        private void commit(Handle handle) {
            SimWorker.Staged staged = Objects.requireNonNull(handle.worker.staged.get(handle.ino));
            rig.commit(handle.mount, handle.ino, staged.content().length(), staged.mtime());
        }

        private void close() {
            if (handles.isEmpty()) {
                return;
            }
            Handle handle = handles.remove(random.nextInt(handles.size()));
            if (handle.write && handle.wrote) {
                commit(handle);
            }
            closed.add(handle.ino + ":" + contents.get(handle.ino));
            rig.release(handle.mount, handle.ino, handle.sequence);
        }

        private void checkObjects() {
            bucket.objects.forEach((key, object) ->
                    assertTrue(
                            object.foreign()
                                    || closed.contains(object.ino() + ":" + object.content())
                                    || settled(object),
                            "I2: never closed: " + key + " " + object));
        }

        /** The last write of a mount that died is as good as closed. */
        private boolean settled(Bucket.Stored object) {
            return object.content().equals(contents.get(object.ino()))
                    && handles.stream().noneMatch(each -> each.write && each.ino == object.ino());
        }

        private void settle() {
            if (kind == Kind.CHANGING_MODES) {
                rig.ruled().forEach(path -> rig.metadata.pathRules().remove(rig.ws, path));
            }
            while (!handles.isEmpty()) {
                close();
            }
            workers.forEach(worker -> worker.faulty = false);
            for (int i = 0; i < 60 + Limits.LATE_WRITE_MILLIS / 30_000; i++) {
                renew(i < 60 ? 5_000 : 30_000);
                if (i == 60) {
                    Marks.assertNonePutting(rig);
                }
                bucket.arrive(rig.clock.millis());
                rig.tend();
                for (SimWorker worker : workers) {
                    worker.take();
                    while (!worker.jobs.isEmpty()) {
                        worker.step();
                    }
                }
            }
        }

        private void checkQuiet() {
            Map<String, String> tree = new TreeMap<>();
            Set<Long> live = new HashSet<>();
            Map<Long, List<String>> names = new HashMap<>();
            walk(Rig.ROOT, "", tree, live, names);
            names.forEach((ino, paths) -> tree.keySet().removeAll(without(ino, paths)));
            Map<String, String> objects = new TreeMap<>();
            bucket.objects.forEach((key, object) -> {
                if (!keptInConflict(key, object)) {
                    objects.put(key, object.content());
                }
            });
            objects.keySet().removeAll(foreignKeys);
            tree.keySet().removeAll(foreignKeys);
            assertEquals(tree, objects, "the bucket is not the tree");
            if (!foreign) {
                Usage usage = rig.metadata.workspaces().usage(rig.ws);
                assertEquals(0, usage.dirtyFiles());
                assertEquals(0, usage.dirtyBytes());
                assertTrue(
                        rig.metadata
                                .barrier()
                                .pending(rig.ws, new byte[0], rig.clock.millis())
                                .settled());
            }
            for (SimWorker worker : workers) {
                assertTrue(live.containsAll(worker.staged.keySet()), "staged files are left");
            }
            Marks.assertNone(rig);
            assertEquals(Map.of(), bucket.uploads, "multipart uploads are left");
        }

        /** The hard links that have no object: all but the one that is the file's own. */
        private List<String> without(long ino, List<String> paths) {
            List<String> others = new ArrayList<>(paths);
            assertTrue(others.remove(own(ino)), "the name with the object is no name");
            return others;
        }

        private String own(long ino) {
            return ObjectKeys.of(rig.store.read(tx -> requireNonNull(Names.path(tx, rig.ws, ino))));
        }

        /** The old object of a file that cannot be copied to where somebody else wrote. */
        private boolean keptInConflict(String key, Bucket.Stored object) {
            Attributes attributes = rig.attributes(object.ino());
            return attributes.getFlushState() == FlushState.FLUSH_STATE_CONFLICT
                    && !foreignKeys.contains(key);
        }

        private void walk(
                long ino,
                String path,
                Map<String, String> tree,
                Set<Long> live,
                Map<Long, List<String>> names) {
            for (DirectoryEntry entry : rig.list(ino)) {
                String child = path + entry.getName().toStringUtf8();
                Attributes attributes = entry.getAttributes();
                live.add(entry.getIno());
                if (entry.getType() == NodeType.NODE_TYPE_DIRECTORY) {
                    walk(entry.getIno(), child + "/", tree, live, names);
                } else {
                    names.computeIfAbsent(entry.getIno(), _ -> new ArrayList<>()).add(child);
                    String content = contents.getOrDefault(entry.getIno(), "");
                    tree.put(child, content);
                    assertEquals(content.length(), attributes.getSize(), child);
                    if (!foreignKeys.contains(own(entry.getIno()))) {
                        assertEquals(
                                FlushState.FLUSH_STATE_CLEAN,
                                attributes.getFlushState(),
                                () -> rig.inspect(child).toString());
                    }
                }
            }
        }

        private long mount() {
            return mounts.get(random.nextInt(mounts.size()));
        }

        private SimWorker worker() {
            return workers.get(random.nextInt(workers.size()));
        }

        private String name() {
            return NAMES[random.nextInt(NAMES.length)];
        }

        private long directory() {
            long ino = Rig.ROOT;
            while (random.nextBoolean()) {
                Attributes next = rig.lookup(ino, name()).getAttributes();
                if (next.getType() != NodeType.NODE_TYPE_DIRECTORY) {
                    break;
                }
                ino = next.getIno();
            }
            return ino;
        }
    }
}
