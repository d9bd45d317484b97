package io.forebay.server.graphql;

import io.forebay.metadata.Metadata;
import io.forebay.metadata.admin.NewWorkspace;
import io.forebay.metadata.admin.PathRules;
import io.forebay.metadata.admin.WorkspaceView;
import io.forebay.observability.EventName;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Workspaces by name, and the making of one: it exists once a worker could use its bucket. */
@Singleton
public final class Workspaces {
    private static final System.Logger LOG = System.getLogger(Workspaces.class.getName());

    /** A try of a bucket is four requests; a store that takes longer is not usable. */
    private static final long PROBE_MILLIS_MAX = 15_000;

    private final Metadata model;

    /** Names that a call of this process is making; others that were never READY are remains. */
    private final Set<String> inTheMaking = ConcurrentHashMap.newKeySet();

    Workspaces(Metadata model) {
        this.model = model;
    }

    Workspace withUsage(WorkspaceView view) {
        return Workspace.of(view, model.workspaces().usage(view.id()));
    }

    Optional<WorkspaceView> ready(String name) {
        return model.workspaces()
                .find(name)
                .filter(view -> view.state() == WorkspaceView.State.READY);
    }

    /**
     * One that can be used.
     *
     * @throws ForebayException NOT_FOUND
     */
    public WorkspaceView named(String name) {
        return ready(name)
                .orElseThrow(() ->
                        new ForebayException(
                                        FailureKind.FAILURE_NOT_FOUND,
                                        "There is no workspace of that name: create it, or"
                                                + " ask for the workspaces that there are.")
                                .with("workspace", name));
    }

    Workspace create(NewWorkspace request) {
        if (!inTheMaking.add(request.name())) {
            throw new ForebayException(
                            FailureKind.FAILURE_BUSY,
                            "A workspace of that name is being made: wait for that call.")
                    .with("workspace", request.name());
        }
        try {
            removeRemains(request.name());
            return withUsage(probed(model.workspaces().create(request)));
        } finally {
            inTheMaking.remove(request.name());
        }
    }

    /** What an earlier process began and did not see the end of. */
    private void removeRemains(String name) {
        model.workspaces()
                .find(name)
                .filter(view -> view.state() != WorkspaceView.State.READY)
                .ifPresent(view -> model.workspaces().discard(view.id()));
    }

    /** Has a worker try the bucket again; the workspace stays as it is, however that ends. */
    LocationCheck check(WorkspaceView known) {
        return LocationCheck.of(tried(model.workspaces().probe(known.id())).lastTry());
    }

    Workspace setDurability(String name, byte[] path, PathRules.Wish wish) {
        model.pathRules().set(named(name).id(), path, wish);
        return withUsage(named(name));
    }

    Workspace removeDurability(String name, byte[] path) {
        model.pathRules().remove(named(name).id(), path);
        return withUsage(named(name));
    }

    private WorkspaceView probed(WorkspaceView asked) {
        WorkspaceView tried = tried(asked);
        if (tried.state() == WorkspaceView.State.READY) {
            LOG.log(
                    System.Logger.Level.INFO,
                    EventName.WORKSPACE_CREATED.line(
                            "workspace",
                            asked.name(),
                            "bucket",
                            asked.bucket(),
                            "prefix",
                            asked.prefix()));
            return tried;
        }
        model.workspaces().discard(asked.id());
        throw refusal(tried);
    }

    /** As it stands when a worker has answered, or there is no more time for that. */
    private WorkspaceView tried(WorkspaceView asked) {
        WorkspaceView tried = asked;
        try {
            tried = model.workspaces().awaitProbe(asked.id(), PROBE_MILLIS_MAX).orElse(asked);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LocationCheck check = LocationCheck.of(tried.lastTry());
        if (!check.usable()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    EventName.WORKSPACE_REFUSED.line(
                            "workspace", asked.name(), "reason", check.message()));
        }
        return tried;
    }

    private static ForebayException refusal(WorkspaceView tried) {
        WorkspaceView.Attempt attempt = tried.lastTry();
        FailureKind kind = LocationCheck.kind(attempt);
        return new ForebayException(kind, "The worker cannot use the bucket.")
                .with("reason", LocationCheck.of(attempt).message())
                .with("bucket", tried.bucket())
                .with("prefix", tried.prefix());
    }
}
