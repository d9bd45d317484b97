package io.forebay.metadata;

import io.forebay.metadata.admin.Inspection;
import io.forebay.metadata.admin.Workers;
import io.forebay.metadata.admin.Workspaces;
import io.forebay.metadata.flush.Barrier;
import io.forebay.metadata.flush.Publication;
import io.forebay.metadata.flush.StagedFiles;
import io.forebay.metadata.flush.Tasks;
import io.forebay.metadata.fs.Mounts;
import io.forebay.metadata.fs.Namespace;
import io.forebay.metadata.fs.OpenFiles;
import io.forebay.metadata.kv.KeyValueStore;
import java.time.InstantSource;

/** The parts of the model over one store. Every part may be called by many threads. */
public final class Metadata {
    private final Namespace namespace;
    private final OpenFiles openFiles;
    private final Mounts mounts;
    private final Tasks tasks;
    private final Publication publication;
    private final StagedFiles stagedFiles;
    private final Barrier barrier;
    private final Workers workers;
    private final Workspaces workspaces;
    private final Inspection inspection;

    /**
     * @param masterKey 32 bytes from which each worker's key for grants is derived; the same for
     *     the life of the store
     */
    public Metadata(KeyValueStore store, InstantSource clock, byte[] masterKey) {
        namespace = new Namespace();
        openFiles = new OpenFiles();
        mounts = new Mounts();
        tasks = new Tasks();
        publication = new Publication();
        stagedFiles = new StagedFiles();
        barrier = new Barrier();
        workers = new Workers();
        workspaces = new Workspaces();
        inspection = new Inspection();
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

    public Workers workers() {
        return workers;
    }

    public Workspaces workspaces() {
        return workspaces;
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
        return mounts.expire();
    }
}
