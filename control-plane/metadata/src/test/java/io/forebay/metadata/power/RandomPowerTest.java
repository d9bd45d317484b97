package io.forebay.metadata.power;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Bucket;
import io.forebay.metadata.Rig;
import io.forebay.metadata.Seeds;
import io.forebay.metadata.SimWorker;
import io.forebay.proto.Attributes;
import io.forebay.proto.Claims;
import io.forebay.proto.DescribeStagedRequest;
import io.forebay.proto.DirectoryEntry;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.proto.OpenReply;
import io.forebay.proto.RenewRequest;
import io.forebay.proto.StagedRef;
import io.forebay.proto.StagedRemains;
import io.forebay.proto.StagedVerdict;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The control plane and its workers lose their power again and again. What was synced and still has
 * a name can be read, and only what was closed or synced as a whole is ever in the bucket.
 */
final class RandomPowerTest {
    private static final int STEPS = 300;
    private static final String[] NAMES = {"a", "b", "c", "d"};

    @Test
    void whatWasSyncedIsThereAndNothingElseIsStored() {
        long first = Seeds.first(140_000);
        for (long seed = first; seed < first + Seeds.count(150); seed++) {
            try {
                new Run(seed).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dforebay.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** Workers may have what came under a number before. */
    @Test
    void noNumberIsGivenTwice() {
        PowerStore store = new PowerStore();
        Rig rig = new Rig(store, 200);
        long mount = rig.attach("n1");
        long lost = rig.create(mount, Rig.ROOT, "lost").getAttributes().getIno();
        store.cut();
        Rig next = new Rig(rig);
        assertEquals(0, next.lookup(Rig.ROOT, "lost").getAttributes().getIno());
        assertTrue(next.create(mount, Rig.ROOT, "next").getAttributes().getIno() > lost);
    }

    /** What is known of a file. */
    private static final class File {
        String synced = "";
        boolean isSynced;
        boolean open;
        boolean removed;
    }

    private static final class Run {
        private final Random random;
        private final PowerStore store = new PowerStore();
        private final Bucket bucket = new Bucket();
        private final Map<Long, File> files = new HashMap<>();

        /** What the machine's disk has, whatever happens. */
        private final Map<Long, SimWorker.Staged> disk = new HashMap<>();

        /** What files had at a close or a sync. */
        private final Set<String> whole = new HashSet<>();

        /** Was open when the power went: what is left of it counts as closed. */
        private final Set<Long> cutOpen = new HashSet<>();

        private Rig rig;
        private List<SimWorker> workers = List.of();
        private long mount;
        private long tokens;

        Run(long seed) {
            random = new Random(seed);
            rig = new Rig(store, 200);
            rig.register("w2", "n2");
            begin();
        }

        void run() {
            for (int i = 0; i < STEPS; i++) {
                step();
                checkObjects();
            }
            settle();
            checkQuiet();
        }

        private void step() {
            switch (random.nextInt(24)) {
                case 0, 1, 2, 3 -> write(create());
                case 4, 5 -> write(open());
                case 6, 7 -> rename();
                case 8 -> remove();
                case 9 -> worker().evictSome();
                case 10 -> store.sync(); // once a second
                case 11 -> pass(random.nextInt(3_000));
                case 12, 13, 14 -> worker().take();
                case 15 -> {
                    if (random.nextInt(2) == 0) {
                        losePower();
                        checkTree();
                    }
                }
                default -> worker().step();
            }
        }

        private OpenReply create() {
            return rig.create(mount, Rig.ROOT, name());
        }

        private OpenReply open() {
            long ino = rig.lookup(Rig.ROOT, name()).getAttributes().getIno();
            return ino == 0 || known(ino).open
                    ? OpenReply.newBuilder().setFailure(FailureKind.FAILURE_NOT_FOUND).build()
                    : rig.open(mount, ino, true, true);
        }

        private File known(long ino) {
            return files.computeIfAbsent(ino, _ -> new File());
        }

        /** A new content, which is synced or only closed, or neither. */
        private void write(OpenReply reply) {
            if (reply.getFailure() != FailureKind.FAILURE_NONE) {
                return;
            }
            long ino = reply.getAttributes().getIno();
            Claims claims = Rig.claims(reply);
            SimWorker worker = owner(claims.getWorkerId());
            if (!claims.getTruncate()) {
                assertEquals("none", worker.content(ino), "the number is that of another file");
            }
            worker.open(claims);
            rig.clock.advance(1);
            String content = "t" + "x".repeat(random.nextInt(5)) + ++tokens;
            long time = rig.clock.nanos();
            worker.staged.put(ino, new SimWorker.Staged(content, time));
            File file = known(ino);
            file.open = true;
            file.isSynced = false;
            if (random.nextBoolean()) {
                disk.put(ino, new SimWorker.Staged(content, time));
                rig.sync(mount, ino, content.length(), time);
                file.isSynced = true;
                file.synced = content;
                whole.add(content);
            }
            if (random.nextInt(5) > 0) {
                rig.commit(mount, ino, content.length(), time);
                whole.add(content);
                rig.release(mount, ino, reply.getOpenSequence());
                file.open = false;
            }
        }

        private void rename() {
            String from = name();
            String to = name();
            long target = rig.lookup(Rig.ROOT, to).getAttributes().getIno();
            long source = rig.lookup(Rig.ROOT, from).getAttributes().getIno();
            if (source != 0 && target != 0 && source != target) {
                known(target).removed = true;
            }
            rig.rename(mount, Rig.ROOT, from, Rig.ROOT, to);
        }

        private void remove() {
            String name = name();
            long ino = rig.lookup(Rig.ROOT, name).getAttributes().getIno();
            if (ino != 0) {
                known(ino).removed = true;
                rig.remove(mount, Rig.ROOT, name, false);
            }
        }

        private void pass(long millis) {
            rig.clock.advance(millis);
            rig.heartbeat("w1");
            rig.heartbeat("w2");
            rig.metadata
                    .mounts()
                    .renew(
                            RenewRequest.newBuilder()
                                    .setMountId(mount)
                                    .setWorkspaceId(rig.ws)
                                    .build());
            rig.metadata.tend();
        }

        /** What was sent to the bucket before arrives, or not. */
        private void losePower() {
            endOpens();
            store.cut();
            rig = new Rig(rig);
            List<SimWorker> before = workers;
            begin();
            for (int i = 0; i < workers.size(); i++) {
                SimWorker worker = workers.get(i);
                before.get(i)
                        .staged
                        .forEach((ino, latest) -> {
                            SimWorker.Staged remains = remains(latest, disk.get(ino));
                            if (remains != null) {
                                worker.staged.put(ino, remains);
                            }
                        });
                worker.jobs.addAll(before.get(i).jobs);
                worker.crash();
                recover(worker);
            }
        }

        private void endOpens() {
            files.forEach((ino, file) -> {
                if (file.open) {
                    cutOpen.add(ino);
                }
            });
        }

        /** All of it, or what was synced, or a part of what came later. */
        private SimWorker.@Nullable Staged remains(
                SimWorker.Staged latest, SimWorker.@Nullable Staged synced) {
            if (latest.equals(synced)) {
                return synced;
            }
            String content = latest.content();
            return switch (random.nextInt(3)) {
                case 0 -> latest;
                case 1 -> synced;
                default ->
                        new SimWorker.Staged(
                                content.substring(0, random.nextInt(content.length() + 1)),
                                latest.mtime());
            };
        }

        private void begin() {
            workers =
                    List.of(
                            new SimWorker(rig, bucket, random, "w1", "n1"),
                            new SimWorker(rig, bucket, random, "w2", "n2"));
            mount = rig.attach(random.nextBoolean() ? "n1" : "n2");
        }

        /** As a worker does after the start of its machine. */
        private void recover(SimWorker worker) {
            List<Long> inos = List.copyOf(worker.staged.keySet());
            DescribeStagedRequest.Builder request =
                    DescribeStagedRequest.newBuilder().setWorker(rig.identity(worker.id));
            for (long ino : inos) {
                SimWorker.Staged staged = requireNonNull(worker.staged.get(ino));
                request.addFiles(
                        StagedRef.newBuilder()
                                .setWorkspaceId(rig.ws)
                                .setIno(ino)
                                .setRemains(
                                        StagedRemains.newBuilder()
                                                .setSize(staged.content().length())
                                                .setMtimeNanos(staged.mtime())
                                                .setCtimeNanos(staged.mtime())));
            }
            List<StagedVerdict> verdicts =
                    rig.metadata.stagedFiles().describeStaged(request.build()).getVerdictsList();
            assertEquals(inos.size(), verdicts.size());
            worker.alone = false; // a clean file may have been written to since, unsynced
            for (int i = 0; i < inos.size(); i++) {
                switch (verdicts.get(i).getNeed()) {
                    case NEED_NONE -> worker.staged.remove(inos.get(i));
                    case NEED_CLEAN -> worker.evict(inos.get(i), verdicts.get(i).getGeneration());
                    default -> {}
                }
            }
            worker.alone = true;
        }

        /** A name that came back has the file with it. */
        private void checkTree() {
            Set<Long> there = new HashSet<>();
            for (DirectoryEntry entry : rig.list(Rig.ROOT)) {
                there.add(entry.getIno());
                File file = known(entry.getIno());
                String name = entry.getName().toStringUtf8();
                if (file.isSynced) {
                    assertEquals(file.synced, content(entry), "I1: " + name);
                }
                file.open = false; // its mount is gone
            }
            files.forEach((ino, file) -> {
                if (file.isSynced && !file.removed) {
                    assertTrue(there.contains(ino), "I1: the name is gone: " + ino);
                }
            });
            files.keySet().retainAll(there);
            files.values().forEach(file -> file.removed = false);
        }

        /** As an open finds it. */
        private String content(DirectoryEntry entry) {
            OpenReply reply = rig.open(mount, entry.getIno(), false, false);
            assertEquals(FailureKind.FAILURE_NONE, reply.getFailure());
            Claims claims = Rig.claims(reply);
            SimWorker worker = owner(claims.getWorkerId());
            worker.open(claims);
            rig.release(mount, entry.getIno(), reply.getOpenSequence());
            return worker.content(entry.getIno());
        }

        private void checkObjects() {
            bucket.objects.forEach((key, object) ->
                    assertTrue(
                            whole.contains(object.content()) || cutOpen.contains(object.ino()),
                            "I2: never closed: " + key + " " + object));
        }

        private void settle() {
            workers.forEach(worker -> worker.faulty = false);
            endOpens();
            mount = rig.attach("n1"); // and the one before ends without a word
            // A mark whose end was told and lost again stands for a quarter of an hour.
            for (int i = 0; i < 240; i++) {
                pass(5_000);
                rig.tend();
                store.sync();
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
            Map<String, String> objects = new TreeMap<>();
            bucket.objects.forEach((key, object) -> objects.put(key, object.content()));
            for (DirectoryEntry entry : rig.list(Rig.ROOT)) {
                String name = entry.getName().toStringUtf8();
                Attributes attributes = entry.getAttributes();
                if (attributes.getFlushState() == FlushState.FLUSH_STATE_FAILED) {
                    assertTrue(!known(entry.getIno()).isSynced, "synced, and failed: " + name);
                    objects.remove(name); // what was there before stays
                } else {
                    assertNotEquals(
                            FlushState.FLUSH_STATE_CONFLICT, attributes.getFlushState(), name);
                    tree.put(name, content(entry));
                }
            }
            if (!tree.equals(objects)) {
                for (DirectoryEntry e : rig.list(Rig.ROOT)) {
                    System.out.println("DBG " + rig.inspect(e.getName().toStringUtf8()));
                }
                System.out.println("DBG " + bucket.objects);
            }
            assertEquals(tree, objects, "the bucket is not the tree");
        }

        private SimWorker owner(String id) {
            return workers.stream().filter(each -> each.id.equals(id)).findFirst().orElseThrow();
        }

        private SimWorker worker() {
            return workers.get(random.nextInt(2));
        }

        private String name() {
            return NAMES[random.nextInt(NAMES.length)];
        }
    }
}
