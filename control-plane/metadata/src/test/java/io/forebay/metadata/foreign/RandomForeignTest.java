package io.forebay.metadata.foreign;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Bucket;
import io.forebay.metadata.Rig;
import io.forebay.metadata.Seeds;
import io.forebay.metadata.SimWorker;
import io.forebay.metadata.admin.FileView;
import io.forebay.metadata.fsck.Healthy;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.proto.Attributes;
import io.forebay.proto.Claims;
import io.forebay.proto.DirectoryEntry;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.schema.ForebayException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Mounts, workers that crash and lose replies, and others who put and delete objects, while scans
 * of the bucket find out: neither side loses what it did not give up, and when all is quiet, files
 * and objects are the same.
 */
class RandomForeignTest {
    private static final int STEPS = 400;
    private static final String[] NAMES = {"a", "b", "c", "d"};

    @Test
    void nothingOfEitherSideIsLost() {
        long first = Seeds.first(140_000);
        int changes = 0;
        for (long seed = first; seed < first + Seeds.count(120); seed++) {
            try {
                changes += new Run(seed).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dforebay.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(changes > 0, "no scan found anything");
    }

    private record Handle(long mount, long ino, long sequence, SimWorker worker, boolean write) {}

    private static final class Run {
        private final Random random;
        private final Rig rig = new Rig(200);
        private final Bucket bucket = new Bucket();
        private final List<SimWorker> workers = new ArrayList<>();
        private final List<SimScan> scans = new ArrayList<>();
        private final List<Long> mounts = new ArrayList<>();
        private final List<Handle> handles = new ArrayList<>();

        /** What each file has, as its mount sees it. */
        private final Map<Long, String> contents = new HashMap<>();

        /** Whose bytes a worker had at the last look. */
        private final Set<Long> held = new HashSet<>();

        private long tokens;
        private int changes;

        Run(long seed) {
            this.random = new Random(seed);
            rig.register("w2", "n2");
            for (String id : List.of("w1", "w2")) {
                SimWorker worker = new SimWorker(rig, bucket, random, id, id.replace('w', 'n'));
                worker.alone = false;
                workers.add(worker);
                scans.add(new SimScan(rig, bucket, id));
                mounts.add(rig.attach(worker.id.replace("w", "n")));
            }
        }

        /** How often a scan found what others did. */
        int run() {
            for (int i = 0; i < STEPS; i++) {
                step();
                checkOurs();
                Healthy.assertMetadataBesideOthers(rig);
            }
            while (!handles.isEmpty()) {
                close();
            }
            workers.forEach(worker -> worker.faulty = false);
            settle();
            checkSame(false);
            for (int i = 0; i < 20 && !conflicts().isEmpty(); i++) {
                conflicts().forEach(path -> resolve(path, keep()));
                settle();
            }
            checkSame(true);
            return changes;
        }

        private void step() {
            switch (random.nextInt(30)) {
                case 0, 1, 2 -> create();
                case 3 -> rig.mkdir(mount(), directory(), name());
                case 4 -> rig.remove(mount(), directory(), name(), random.nextBoolean());
                case 5, 6 -> rig.rename(mount(), directory(), name(), directory(), name());
                case 7, 8 -> open();
                case 9 -> write();
                case 10, 11, 12 -> close();
                case 13 -> link();
                case 14 -> rest(random.nextInt(400));
                case 15 -> rig.metadata.tend();
                case 16 -> evict();
                case 17 -> {
                    if (random.nextInt(5) == 0) {
                        worker().crash();
                    }
                }
                case 18, 19 -> foreign();
                case 20 -> resolve(path(), keep());
                case 21, 22, 23, 24 -> {
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        scan();
                    }
                }
                case 25 -> worker().step();
                default -> work();
            }
        }

        private void work() {
            rest(random.nextInt(300));
            SimWorker worker = worker();
            worker.take();
            for (int i = random.nextInt(20); i > 0; i--) {
                worker.step();
            }
        }

        private void foreign() {
            List<String> all = List.copyOf(files().keySet());
            String key =
                    all.isEmpty() || random.nextInt(4) == 0
                            ? path()
                            : all.get(random.nextInt(all.size()));
            if (random.nextInt(3) == 0) {
                bucket.objects.remove(key);
            } else {
                bucket.putForeign(key, "foreign" + ++tokens);
            }
        }

        private void scan() {
            SimScan scan = scans.get(random.nextInt(2));
            scan.doubted().ifPresent(this::disturb);
            Map<String, FileView> before = files();
            if (scan.step(1 + random.nextInt(4)) > 0) {
                checkTold(before);
                adopted();
            }
        }

        /**
         * A scan takes nothing for others' that is ours, and gives nothing up that is not theirs.
         */
        private void checkTold(Map<String, FileView> before) {
            changes++;
            before.forEach((path, view) -> {
                boolean clean = view.attributes().getFlushState() == FlushState.FLUSH_STATE_CLEAN;
                assertTrue(
                        clean || rig.attributes(view.attributes().getIno()).getNlink() > 0,
                        () -> "dirty content was given up: " + path + " " + view);
            });
            files().forEach((path, view) -> {
                FileView.StoredObject object = view.object();
                boolean fresh = !contents.containsKey(view.attributes().getIno());
                assertTrue(
                        !fresh || object == null || !bucket.ours.contains(object.etag()),
                        () -> "our own object was adopted: " + path + " " + view);
            });
        }

        /** The mount, or a worker, is at the file that the scan is about to tell of. */
        private void disturb(String key) {
            long ino = rig.lookup(Rig.ROOT, key).getAttributes().getIno();
            if (ino != 0 && random.nextInt(3) == 0) {
                long mount = mount();
                opened(rig.open(mount, ino, true, random.nextBoolean()), mount);
                write();
                if (random.nextBoolean()) {
                    while (!handles.isEmpty()) {
                        close();
                    }
                    rest(300);
                    SimWorker worker = worker();
                    worker.take();
                    while (!worker.jobs.isEmpty() && random.nextInt(30) != 0) {
                        worker.step();
                    }
                }
            }
        }

        /** What is a file's object now is ours to replace; a new file has its content. */
        private void adopted() {
            files().forEach((path, view) -> {
                FileView.StoredObject object = view.object();
                if (object != null) {
                    bucket.givenUp.add(object.etag());
                    contents.putIfAbsent(
                            view.attributes().getIno(),
                            requireNonNull(bucket.history.get(object.etag())));
                }
            });
        }

        private void resolve(String path, Keep keep) {
            byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
            var seen = rig.metadata.inspection().inspect(rig.ws, bytes).map(FileView::conflict);
            try {
                rig.metadata
                        .resolution()
                        .resolve(rig.ws, bytes, new Resolution.Decision(keep, null));
                if (keep == Keep.OURS) {
                    bucket.givenUp.add(seen.orElseThrow().getEtag());
                }
                adopted();
            } catch (ForebayException e) {
                assertTrue(
                        e.kind() == FailureKind.FAILURE_INVALID
                                || e.kind() == FailureKind.FAILURE_NOT_FOUND,
                        e::getMessage);
            }
        }

        private Keep keep() {
            return List.of(Keep.OURS, Keep.THEIRS, Keep.BOTH).get(random.nextInt(3));
        }

        private void create() {
            long mount = mount();
            opened(rig.create(mount, directory(), name()), mount);
        }

        private void open() {
            long ino = rig.lookup(directory(), name()).getAttributes().getIno();
            if (ino != 0) {
                boolean write = random.nextBoolean();
                long mount = mount();
                opened(rig.open(mount, ino, write, write && random.nextInt(3) == 0), mount);
            }
        }

        private void opened(OpenReply reply, long mount) {
            if (reply.getFailure() != FailureKind.FAILURE_NONE) {
                return;
            }
            long ino = reply.getAttributes().getIno();
            Claims claims = Rig.claims(reply);
            SimWorker worker = workers.get(claims.getWorkerId().equals("w1") ? 0 : 1);
            boolean nothing = !claims.hasSource() && !claims.getCreate();
            boolean here = worker.staged.containsKey(ino) || claims.getTruncate();
            if (!worker.canOpen(claims) || (nothing && !here)) {
                if (claims.hasSource()
                        && SimScan.doubt(rig, bucket, worker.id, claims.getSource().getKey()) > 0) {
                    adopted();
                }
                assertTrue(claims.hasSource() || isInConflict(ino), "I5: nobody has the bytes");
                if (handles.stream().noneMatch(each -> each.mount == mount && each.ino == ino)) {
                    rig.release(mount, ino, reply.getOpenSequence());
                }
                return;
            }
            worker.open(claims);
            if (claims.getTruncate()) {
                contents.put(ino, "");
            }
            contents.putIfAbsent(ino, "");
            assertEquals(contents.get(ino), worker.content(ino), "I7: other bytes " + ino);
            boolean write = claims.getWrite();
            for (Handle each : List.copyOf(handles)) {
                if (each.mount == mount && each.ino == ino) {
                    write |= each.write;
                    handles.remove(each);
                }
            }
            handles.add(new Handle(mount, ino, reply.getOpenSequence(), worker, write));
        }

        /** What others overwrote before anybody had it here shows that it is not in the bucket. */
        private boolean isInConflict(long ino) {
            return rig.attributes(ino).getFlushState() != FlushState.FLUSH_STATE_CLEAN;
        }

        private void write() {
            List<Handle> writers = handles.stream().filter(Handle::write).toList();
            if (!writers.isEmpty()) {
                Handle handle = writers.get(random.nextInt(writers.size()));
                rig.clock.advance(1);
                String content = "t" + ++tokens;
                contents.put(handle.ino, content);
                handle.worker.staged.put(
                        handle.ino, new SimWorker.Staged(content, rig.clock.nanos()));
                rig.commit(handle.mount, handle.ino, content.length(), rig.clock.nanos());
            }
        }

        private void close() {
            if (!handles.isEmpty()) {
                Handle handle = handles.remove(random.nextInt(handles.size()));
                rig.release(handle.mount, handle.ino, handle.sequence);
            }
        }

        private void link() {
            long ino = rig.lookup(directory(), name()).getAttributes().getIno();
            if (ino != 0) {
                rig.link(mount(), ino, directory(), name());
            }
        }

        private void evict() {
            SimWorker worker = worker();
            for (long ino : List.copyOf(worker.staged.keySet())) {
                if (random.nextInt(3) == 0) {
                    worker.evict(ino, rig.attributes(ino).getGeneration());
                }
            }
        }

        private void rest(long millis) {
            rig.clock.advance(millis);
            workers.forEach(worker -> rig.heartbeat(worker.id));
        }

        private void settle() {
            for (int i = 0; i < 40; i++) {
                rest(5_000);
                rig.metadata.mounts();
                for (SimWorker worker : workers) {
                    worker.take();
                    while (!worker.jobs.isEmpty()) {
                        worker.step();
                    }
                }
                rig.metadata.tend();
                if (SimScan.pass(rig, bucket, "w1") > 0) {
                    adopted();
                }
            }
        }

        /** What is not in the bucket stays with its worker, whatever others do. */
        private void checkOurs() {
            Set<Long> before = Set.copyOf(held);
            held.clear();
            files().forEach((path, view) -> {
                Attributes attributes = view.attributes();
                long ino = attributes.getIno();
                SimWorker owner = workers.get(requireNonNull(view.worker()).equals("w1") ? 0 : 1);
                boolean clean = attributes.getFlushState() == FlushState.FLUSH_STATE_CLEAN;
                if (!clean && before.contains(ino)) {
                    assertEquals(
                            contents.get(ino), owner.content(ino), "lost: " + path + " " + view);
                }
                if (owner.staged.containsKey(ino)) {
                    held.add(ino);
                }
            });
        }

        private void checkSame(boolean resolved) {
            Map<Long, Map<String, FileView>> byIno = new HashMap<>();
            files().forEach((path, view) ->
                    byIno.computeIfAbsent(view.attributes().getIno(), _ -> new TreeMap<>())
                            .put(path, view));
            byIno.forEach((ino, paths) -> {
                String key = own(ino);
                FileView view = requireNonNull(paths.get(key));
                Bucket.Stored object = bucket.objects.get(key);
                if (view.attributes().getFlushState() == FlushState.FLUSH_STATE_CONFLICT) {
                    assertTrue(
                            !resolved
                                    || workers.stream()
                                            .noneMatch(each -> each.staged.containsKey(ino)),
                            () -> "an open conflict: " + view);
                    return;
                }
                boolean waits = view.attributes().getFlushState() != FlushState.FLUSH_STATE_CLEAN;
                if (waits && !conflicts().isEmpty()) {
                    return; // others' only copies may be where it is to go
                }
                if (view.attributes().getFlushState() == FlushState.FLUSH_STATE_FAILED) {
                    assertTrue( // others took the only copy
                            workers.stream().noneMatch(each -> each.staged.containsKey(ino)),
                            () -> "failed: " + view);
                    return;
                }
                assertEquals(
                        FlushState.FLUSH_STATE_CLEAN,
                        view.attributes().getFlushState(),
                        view::toString);
                String there = requireNonNull(object, () -> "no object: " + view).content();
                assertEquals(contents.get(ino), there, view::toString);
                assertEquals(there.length(), view.attributes().getSize());
                for (SimWorker worker : workers) {
                    if (worker.staged.containsKey(ino)) {
                        assertEquals(there, worker.content(ino), "an old copy");
                    }
                }
            });
            bucket.objects.forEach((key, object) ->
                    assertTrue(
                            object.foreign() || own(object.ino()).equals(key) || resolved(key),
                            () -> "left: " + key + " " + object));
        }

        /** An object of ours that others' doings keep, until a person decides. */
        private boolean resolved(String key) {
            return !conflicts().isEmpty() || ObjectKeys.isDetour(key) || waitsFor(key);
        }

        /** What is to replace the object cannot: others took its only copy. */
        private boolean waitsFor(String key) {
            FileView view = files().get(key);
            return view != null
                    && view.attributes().getFlushState() == FlushState.FLUSH_STATE_FAILED;
        }

        private String own(long ino) {
            List<byte[]> path =
                    rig.store
                            .read(tx -> java.util.Optional.ofNullable(Names.path(tx, rig.ws, ino)))
                            .orElse(List.of());
            return ObjectKeys.of(path);
        }

        private List<String> conflicts() {
            List<String> found = new ArrayList<>();
            files().forEach((path, view) -> {
                if (view.attributes().getFlushState() == FlushState.FLUSH_STATE_CONFLICT) {
                    found.add(path);
                }
            });
            return found;
        }

        private Map<String, FileView> files() {
            Map<String, FileView> all = new TreeMap<>();
            walk(Rig.ROOT, "", all);
            return all;
        }

        private void walk(long directory, String path, Map<String, FileView> all) {
            for (DirectoryEntry entry : rig.list(directory)) {
                String child = path + entry.getName().toStringUtf8();
                if (entry.getType() == NodeType.NODE_TYPE_DIRECTORY) {
                    walk(entry.getIno(), child + "/", all);
                } else {
                    all.put(child, rig.inspect(child));
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

        private String path() {
            return random.nextInt(3) == 0 ? name() + "/" + name() : name();
        }

        private long directory() {
            Attributes next = rig.lookup(Rig.ROOT, name()).getAttributes();
            boolean below =
                    random.nextInt(3) == 0 && next.getType() == NodeType.NODE_TYPE_DIRECTORY;
            return below ? next.getIno() : Rig.ROOT;
        }
    }
}
