package io.forebay.metadata;

import io.forebay.metadata.admin.Inspection;
import io.forebay.metadata.admin.PathRules;
import io.forebay.metadata.admin.Workers;
import io.forebay.metadata.admin.Workspaces;
import io.forebay.metadata.changes.ChangeLog;
import io.forebay.metadata.changes.RecentChanges;
import io.forebay.metadata.flush.Barrier;
import io.forebay.metadata.flush.Publication;
import io.forebay.metadata.flush.Rekey;
import io.forebay.metadata.flush.StagedFiles;
import io.forebay.metadata.flush.Storing;
import io.forebay.metadata.flush.Tasks;
import io.forebay.metadata.foreign.ForeignChanges;
import io.forebay.metadata.foreign.Resolution;
import io.forebay.metadata.foreign.Scans;
import io.forebay.metadata.fs.Mounts;
import io.forebay.metadata.fs.Namespace;
import io.forebay.metadata.fs.OpenFiles;
import io.forebay.metadata.fsck.Fsck;
import io.forebay.metadata.imports.Imports;
import io.forebay.metadata.kv.KeyValueStore;
import io.forebay.metadata.lock.Locks;
import io.forebay.metadata.questions.Questions;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.GrantKeys;
import io.forebay.metadata.state.InodeNumbers;
import io.forebay.metadata.succession.Succession;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** The parts of the model over one store. Every part may be called by many threads. */
public final class Metadata {
    /** Half of what a change of others may take to show. */
    public static final long SCAN_MILLIS = 5_000;

    /** A worker that is restarted, or whose machine is, is back before. */
    public static final Duration LOST = Duration.ofSeconds(30);

    /**
     * When what nobody asks for is done.
     *
     * @param scanMillis how often each workspace's bucket is looked at for what others do there; 0:
     *     never
     * @param lost how long a worker may be silent before another one takes its place
     */
    public record Timing(long scanMillis, Duration lost) {}

    private final Namespace namespace;
    private final OpenFiles openFiles;
    private final Mounts mounts;
    private final Tasks tasks;
    private final Publication publication;
    private final StagedFiles stagedFiles;
    private final Barrier barrier;
    private final Storing storing;
    private final Workers workers;
    private final Workspaces workspaces;
    private final PathRules pathRules;
    private final Imports imports;
    private final Inspection inspection;
    private final Resolution resolution;
    private final Scans scans;
    private final ForeignChanges foreign;
    private final Rekey rekey;
    private final Locks locks;
    private final Succession succession;
    private final ChangeLog changes;
    private final Fsck fsck;

    /**
     * @param masterKey 32 bytes from which each worker's key for grants is derived; the same for
     *     the life of the store
     */
    public Metadata(KeyValueStore store, InstantSource clock, byte[] masterKey) {
        this(store, clock, masterKey, new Timing(SCAN_MILLIS, LOST));
    }

    /**
     * As {@link #Metadata(KeyValueStore, InstantSource, byte[])}.
     *
     * @param timing when what nobody asks for is done
     */
    public Metadata(KeyValueStore store, InstantSource clock, byte[] masterKey, Timing timing) {
        changes = new RecentChanges(epoch(clock.instant()));
        Database database = new Database(store, clock, changes);
        InodeNumbers numbers = new InodeNumbers(database);
        GrantKeys keys = new GrantKeys(masterKey);
        workspaces = new Workspaces(database);
        pathRules = new PathRules(database);
        imports = new Imports(database);
        Questions questions = new Questions(database);
        fsck = new Fsck(database, questions);
        tasks = new Tasks(database, workspaces, imports, questions, keys);
        namespace = new Namespace(database, numbers);
        openFiles = new OpenFiles(database, numbers, keys);
        mounts = new Mounts(database);
        publication = new Publication(database);
        stagedFiles = new StagedFiles(database);
        barrier = new Barrier(database);
        storing = new Storing(database, barrier);
        succession = new Succession(database, timing.lost());
        workers = new Workers(database, tasks, keys, succession);
        inspection = new Inspection(database);
        resolution = new Resolution(database, numbers);
        scans = new Scans(database, timing.scanMillis());
        foreign = new ForeignChanges(database, numbers);
        rekey = new Rekey(database);
        locks = new Locks(database);
    }

    /** A process starts later than those before it. */
    private static long epoch(Instant now) {
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    public Succession succession() {
        return succession;
    }

    /** What was committed, for mounts that must forget what they knew. */
    public ChangeLog changes() {
        return changes;
    }

    public Namespace namespace() {
        return namespace;
    }

    public OpenFiles openFiles() {
        return openFiles;
    }

    public Mounts mounts() {
        return mounts;
    }

    public Tasks tasks() {
        return tasks;
    }

    public Publication publication() {
        return publication;
    }

    public StagedFiles stagedFiles() {
        return stagedFiles;
    }

    public Barrier barrier() {
        return barrier;
    }

    public Storing storing() {
        return storing;
    }

    public PathRules pathRules() {
        return pathRules;
    }

    public Imports imports() {
        return imports;
    }

    public Fsck fsck() {
        return fsck;
    }

    public Workers workers() {
        return workers;
    }

    public Workspaces workspaces() {
        return workspaces;
    }

    public Locks locks() {
        return locks;
    }

    public Scans scans() {
        return scans;
    }

    public ForeignChanges foreign() {
        return foreign;
    }

    public Resolution resolution() {
        return resolution;
    }

    public Inspection inspection() {
        return inspection;
    }

    /**
     * One bounded step of everything that nobody asks for: settles what dead mounts had open, and
     * queues the files below renamed directories. To be called every second or so by one process.
     *
     * @return whether there is more to do at once
     */
    public boolean tend() {
        boolean expiring = mounts.expire();
        succession.step();
        return rekey.step() || expiring;
    }
}
