package io.forebay.cli.run;

import io.forebay.cli.graphql.ControlPlane;
import io.forebay.cli.graphql.GraphQlFailure;
import io.forebay.cli.prepare.Instance;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Settings.BucketAt;

/** Makes the workspace at the first start; at later ones checks that it is the one asked for. */
final class WorkspaceSetup {
    private final Instance instance;
    private final ControlPlane controlPlane;

    WorkspaceSetup(Instance instance) {
        this.instance = instance;
        this.controlPlane = new ControlPlane(instance.ports().graphql());
    }

    void ensure() {
        String name = instance.settings().workspace();
        BucketAt asked = instance.settings().bucket();
        try {
            controlPlane
                    .workspace(name)
                    .ifPresentOrElse(
                            found -> requireSame(found, asked),
                            () ->
                                    controlPlane.createWorkspace(
                                            name, asked, instance.settings().flushDelayMillis()));
        } catch (GraphQlFailure refused) {
            throw new CliFailure(
                    "cannot make the workspace "
                            + name
                            + " on s3://"
                            + asked.bucket()
                            + "/"
                            + asked.prefix()
                            + " at "
                            + instance.access().endpoint()
                            + ": "
                            + refused.getMessage(),
                    refused);
        }
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
