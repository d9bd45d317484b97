package io.forebay.metadata.fsck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Bucket;
import io.forebay.metadata.Rig;
import io.forebay.metadata.Seeds;
import io.forebay.metadata.SimWorker;
import io.forebay.metadata.fsck.report.FsckView;
import io.forebay.metadata.fsck.report.Report;
import io.forebay.proto.Attributes;
import io.forebay.proto.Claims;
import io.forebay.proto.FailureKind;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.proto.RenewRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/**
 * One check after the other of a workspace that a mount and two workers change all the time: files
 * are made, written, moved, linked, removed, stored, evicted and brought back, and workers begin
 * anew. Nothing is found.
 */
final class BusyWorkspaceTest {
    private static final int CHECKS = 8;
    private static final int STEPS_MAX = 40_000;
    private static final String CHANGING = "it changed all the time";
    private static final String[] NAMES = {"a", "b", "c", "d", "e", "f"};

    @Test
    void nothingIsFoundThatIsNotThere() throws Exception {
        long first = Seeds.first(170_000);
        for (long seed = first; seed < first + Seeds.count(6); seed++) {
            try {
                new Run(seed).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dforebay.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** What the mount has open. */
    private record Handle(long ino, long sequence, SimWorker worker, boolean write) {}

    private static final class Run {
        private final Random random;
        private final Rig rig = new Rig(100);
        private final Bucket bucket = new Bucket();
        private final List<SimWorker> workers = new ArrayList<>();
        private final List<Handle> handles = new ArrayList<>();
        private final long mount;
        private long tokens;

        Run(long seed) {
            random = new Random(seed);
            rig.register("w2", "n2");
            for (String id : List.of("w1", "w2")) {
                SimWorker worker = new SimWorker(rig, bucket, random, id, id.replace('w', 'n'));
                worker.faulty = false;
                workers.add(worker);
            }
            mount = rig.attach("n3"); // near to neither
        }

        void run() throws Exception {
            FutureTask<FsckView> check = check();
            int checks = 0;
            for (int i = 0; checks < CHECKS && i < STEPS_MAX; i++) {
                step();
                if (check.isDone()) {
                    assertNothingFound(check.get());
                    checks++;
                    check = check();
                }
            }
            assertNothingFound(rested(check));
            FsckView last = rested(check());
            assertNothingFound(last);
            assertEquals(List.of(), last.unchecked());
        }

        /** Time runs fast here: what changed at each of five looks is told as that. */
        private static void assertNothingFound(FsckView view) {
            assertEquals(List.of(), view.findings());
            assertTrue(
                    view.unchecked().stream().allMatch(each -> each.reason().equals(CHANGING)),
                    view::toString);
            assertEquals(FsckView.State.DONE, view.state(), view.message());
        }

        /** The check's end, while workers do what they have to and nobody else does anything. */
        private FsckView rested(FutureTask<FsckView> check) throws Exception {
            workers.forEach(worker -> rig.heartbeat(worker.id));
            while (!check.isDone()) {
                for (SimWorker worker : workers) {
                    worker.take();
                    while (!worker.jobs.isEmpty()) {
                        worker.step();
                    }
                }
                Thread.sleep(1);
            }
            return check.get();
        }

        private FutureTask<FsckView> check() {
            Report.Options options = new Report.Options(random.nextBoolean(), random.nextBoolean());
            FutureTask<FsckView> check =
                    new FutureTask<>(() -> rig.metadata.fsck().run(rig.ws, options, FsckCase.PACE));
            Thread.ofPlatform().daemon().start(check);
            return check;
        }

        private void step() {
            switch (random.nextInt(40)) {
                case 0, 1, 2 -> opened(rig.create(mount, directory(), name()));
                case 4 -> rig.mkdir(mount, Rig.ROOT, name());
                case 5 -> rig.remove(mount, directory(), name(), false);
                case 6 -> rig.remove(mount, directory(), name(), true);
                case 7, 8 -> rig.rename(mount, directory(), name(), directory(), name());
                case 9 -> exchange();
                case 10, 11 -> open();
                case 3, 12, 13, 14 -> close();
                case 15, 16 -> time();
                case 17 -> rig.metadata.tend();
                case 18 -> worker().evictSome();
                case 19 -> link();
                case 20 -> rig.make(mount, directory(), name(), NodeType.NODE_TYPE_SYMLINK, "t");
                case 21 -> {
                    if (random.nextInt(20) == 0) {
                        worker().crash();
                    }
                }
                case 22, 23, 24, 25, 26 -> worker().take();
                default -> worker().step();
            }
        }

        private void exchange() {
            rig.metadata
                    .namespace()
                    .rename(
                            rig.renaming(mount, directory(), name(), directory(), name())
                                    .setExchange(true)
                                    .build());
        }

        private void opened(OpenReply reply) {
            if (reply.getFailure() != FailureKind.FAILURE_NONE) {
                return;
            }
            Claims claims = Rig.claims(reply);
            SimWorker worker =
                    workers.stream()
                            .filter(each -> each.id.equals(claims.getWorkerId()))
                            .findFirst()
                            .orElseThrow();
            worker.open(claims);
            long ino = reply.getAttributes().getIno();
            boolean wrote =
                    handles.removeIf(each -> each.ino() == ino && each.write()); // one of a mount
            boolean write = claims.getWrite() || wrote;
            handles.removeIf(each -> each.ino() == ino);
            handles.add(new Handle(ino, reply.getOpenSequence(), worker, write));
        }

        private void open() {
            long ino = rig.lookup(directory(), name()).getAttributes().getIno();
            if (ino != 0) {
                boolean write = random.nextBoolean();
                opened(rig.open(mount, ino, write, write && random.nextBoolean()));
            }
        }

        private void close() {
            if (handles.isEmpty()) {
                return;
            }
            Handle handle = handles.remove(random.nextInt(handles.size()));
            if (handle.write() && random.nextInt(4) > 0) {
                rig.clock.advance(1);
                String content = "t".repeat(1 + random.nextInt(5)) + ++tokens;
                SimWorker.Staged written = new SimWorker.Staged(content, rig.clock.nanos());
                handle.worker().staged.put(handle.ino(), written);
            }
            if (handle.write()) {
                SimWorker.Staged staged =
                        Objects.requireNonNull(handle.worker().staged.get(handle.ino()));
                rig.commit(mount, handle.ino(), staged.content().length(), staged.mtime());
            }
            rig.release(mount, handle.ino(), handle.sequence());
        }

        private void time() {
            rig.clock.advance(random.nextInt(200));
            workers.forEach(worker -> rig.heartbeat(worker.id));
            rig.metadata
                    .mounts()
                    .renew(
                            RenewRequest.newBuilder()
                                    .setMountId(mount)
                                    .setWorkspaceId(rig.ws)
                                    .build());
        }

        private void link() {
            long ino = rig.lookup(directory(), name()).getAttributes().getIno();
            if (ino != 0) {
                rig.link(mount, ino, directory(), name());
            }
        }

        private SimWorker worker() {
            return workers.get(random.nextInt(workers.size()));
        }

        private String name() {
            return NAMES[random.nextInt(NAMES.length)];
        }

        private long directory() {
            long ino = Rig.ROOT;
            for (int depth = 0; depth < 2 && random.nextBoolean(); depth++) {
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
