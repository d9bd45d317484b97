package io.forebay.cli.run;

import io.forebay.cli.graphql.ControlPlane;
import io.forebay.cli.graphql.ControlPlane.LocationCheck;
import io.forebay.cli.graphql.GraphQlFailure;
import io.forebay.cli.prepare.Instance;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Settings.BucketAt;
import java.util.function.Consumer;

/**
 * Makes the workspace at the first start; at later ones checks that it is the one asked for, and
 * that its bucket can be used.
 */
final class WorkspaceSetup {
    private final Instance instance;
    private final Consumer<String> say;
    private final ControlPlane controlPlane;

    WorkspaceSetup(Instance instance, Consumer<String> say) {
        this.instance = instance;
        this.say = say;
        this.controlPlane = new ControlPlane(instance.ports().graphql());
    }

    void ensure() {
        try {
            controlPlane
                    .workspace(instance.settings().workspace())
                    .ifPresentOrElse(this::check, this::create);
        } catch (GraphQlFailure refused) {
            throw failure(refused.code(), String.valueOf(refused.getMessage()), "");
        }
    }

    private void create() {
        controlPlane.createWorkspace(
                instance.settings().workspace(),
                instance.settings().bucket(),
                instance.settings().flushDelayMillis());
    }

    private void check(ControlPlane.Workspace found) {
        requireSame(found, instance.settings().bucket());
        if (instance.settings().localStore()) {
            return; // its keys and its bucket come from the same settings as ours
        }
        LocationCheck check = controlPlane.checkWorkspace(found.name());
        switch (check.code()) {
            case "" -> {}
            // Reads and writes of what is staged need no object store.
            case "UNAVAILABLE", "BUSY" ->
                    say.accept(
                            "Warning: "
                                    + place()
                                    + " cannot be used now: "
                                    + check.message()
                                    + " What is written is kept here and uploaded later.");
            default ->
                    throw failure(
                            check.code(), check.message(), " What waits for its upload is kept.");
        }
    }

    private CliFailure failure(String code, String reason, String more) {
        String remedy =
                code.equals("PERMISSION")
                        ? " Give the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and"
                                + " the token of temporary ones in AWS_SESSION_TOKEN."
                        : "";
        return new CliFailure(
                "the workspace "
                        + instance.settings().workspace()
                        + " cannot use "
                        + place()
                        + ": "
                        + reason
                        + remedy
                        + more);
    }

    private String place() {
        BucketAt bucket = instance.settings().bucket();
        return "s3://%s/%s at %s"
                .formatted(bucket.bucket(), bucket.prefix(), instance.access().endpoint());
    }

    private static void requireSame(ControlPlane.Workspace found, BucketAt asked) {
        if (!found.bucket().equals(asked.bucket()) || !found.prefix().equals(asked.prefix())) {
            throw new CliFailure(
                    "the workspace "
                            + found.name()
                            + " is bound to s3://"
                            + found.bucket()
                            + "/"
                            + found.prefix()
                            + ": name that bucket and prefix, or another --workspace");
        }
    }
}
