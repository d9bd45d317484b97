package io.forebay.metadata.fsck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.metadata.Bucket;
import io.forebay.metadata.Rig;
import io.forebay.metadata.SimWorker;
import io.forebay.metadata.fsck.outside.Asking;
import io.forebay.metadata.fsck.report.Finding;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.fsck.report.FsckView;
import io.forebay.metadata.fsck.report.Report;
import io.forebay.metadata.kv.Transaction;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.NodeType;
import io.forebay.proto.OpenReply;
import io.forebay.proto.SetXattrRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;

/** A workspace with something of everything, its worker and its bucket. */
abstract class FsckCase {
    static final Asking.Pace PACE = new Asking.Pace(Duration.ofSeconds(20), Duration.ofMillis(2));

    final Rig rig = new Rig(1_000);
    final Bucket bucket = new Bucket();
    final SimWorker worker = new SimWorker(rig, bucket, new Random(1), "w1", "n1");

    /** More workers than the first one. */
    final List<SimWorker> others = new ArrayList<>();

    /** What the store tells of objects. */
    final Map<String, String> checksums = new HashMap<>();

    long mount;
    long directory;
    long clean;
    long deep;
    long dirty;
    long link;
    long open;

    @BeforeEach
    void fill() {
        worker.faulty = false;
        bucket.checksums = checksums;
        mount = rig.attach("n1");
        directory = rig.mkdir(mount, Rig.ROOT, "dir").getAttributes().getIno();
        clean = file(Rig.ROOT, "clean", "what is stored");
        deep = file(directory, "deep", "deeper");
        link =
                rig.make(mount, Rig.ROOT, "link", NodeType.NODE_TYPE_SYMLINK, "target")
                        .getAttributes()
                        .getIno();
        rig.link(mount, clean, directory, "second");
        rig.setXattr(mount, clean, "user.a", "b", SetXattrRequest.Condition.CONDITION_NONE);
        drain();
        dirty = file(Rig.ROOT, "dirty", "what is not stored");
        OpenReply held = rig.create(mount, Rig.ROOT, "open");
        open = held.getAttributes().getIno();
        worker.open(Rig.claims(held));
    }

    long file(long parent, String name, String content) {
        OpenReply reply = rig.create(mount, parent, name);
        long ino = reply.getAttributes().getIno();
        worker.open(Rig.claims(reply));
        rig.clock.advance(1);
        worker.staged.put(ino, new SimWorker.Staged(content, rig.clock.nanos()));
        rig.commit(mount, ino, content.length(), rig.clock.nanos());
        rig.release(mount, ino, reply.getOpenSequence());
        return ino;
    }

    /** All that was closed is in the bucket. */
    void drain() {
        for (int i = 0; i < 5; i++) {
            rig.clock.advance(3_000);
            rig.heartbeat("w1");
            rig.tend();
            worker.drain();
        }
    }

    /** A whole check, whose questions the worker answers. */
    FsckView check(boolean repair, boolean deepToo) {
        rig.heartbeat("w1");
        others.forEach(other -> rig.heartbeat(other.id));
        FutureTask<FsckView> check =
                new FutureTask<>(() ->
                        rig.metadata.fsck().run(rig.ws, new Report.Options(repair, deepToo), PACE));
        Thread thread = Thread.ofPlatform().daemon().start(check);
        try {
            while (!check.isDone()) {
                answer();
                thread.join(Duration.ofMillis(1));
            }
            return check.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    /** Its other tasks are not due: the clock stands. */
    private void answer() {
        finish(worker);
        others.forEach(FsckCase::finish);
    }

    private static void finish(SimWorker each) {
        each.take();
        while (!each.jobs.isEmpty()) {
            each.step();
        }
    }

    static Set<FindingCode> codes(FsckView view) {
        EnumSet<FindingCode> codes = EnumSet.noneOf(FindingCode.class);
        view.findings().stream().map(Finding::code).forEach(codes::add);
        return codes;
    }

    void assertClean(FsckView view) {
        assertEquals(List.of(), view.findings(), view.message());
        assertEquals(List.of(), view.unchecked());
        assertEquals(FsckView.State.DONE, view.state(), view.message());
    }

    void write(Consumer<Transaction> change) {
        rig.store.transact(tx -> {
            change.accept(tx);
            return true;
        });
    }

    /** Past all that keeps the counters and indexes. */
    void edit(long ino, Consumer<InodeRecord.Builder> change) {
        write(tx -> {
            InodeRecord.Builder record =
                    Objects.requireNonNull(Inode.read(tx, rig.ws, ino)).toBuilder();
            change.accept(record);
            tx.set(Keys.inode(rig.ws, ino), record.build().toByteArray());
        });
    }

    /** The keys of a kind, by its letter. */
    List<byte[]> keys(String letter) {
        List<byte[]> keys = new ArrayList<>();
        rig.store
                .read(tx ->
                        tx.getRange(
                                Keys.kind(rig.ws, letter).begin(),
                                Keys.kind(rig.ws, letter).end(),
                                1_000))
                .forEach(pair -> keys.add(pair.key()));
        return keys;
    }
}
