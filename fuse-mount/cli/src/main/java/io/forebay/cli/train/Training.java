package io.forebay.cli.train;

import io.forebay.cli.graphql.ControlPlane;
import io.forebay.cli.prepare.AwsVariables;
import io.forebay.cli.prepare.Installation;
import io.forebay.cli.prepare.Instance;
import io.forebay.cli.prepare.Unmount;
import io.forebay.cli.prepare.UpRequest;
import io.forebay.cli.run.Foreground;
import io.forebay.cli.run.Status;
import io.forebay.cli.run.Supervisor;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Fuse;
import io.forebay.cli.state.MountTable;
import io.forebay.cli.state.ProcessName;
import io.forebay.cli.state.StateDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * One run of everything, in which each process records what its next start may take for granted.
 */
public final class Training {
    /** Files rest not at all before their upload, so that the run sees many. */
    private static final int FLUSH_DELAY_MILLIS = 0;

    private static final int FLUSH_SECONDS = 60;

    private final Installation installation;
    private final PrintWriter out;

    /**
     * @param caches an existing directory
     */
    public Training(Installation installation, Path caches, PrintWriter out) {
        this.installation = installation.recordingTo(caches);
        this.out = out;
    }

    /** The exit status. */
    public int run() {
        Path directory = temporary();
        try {
            StateDirectory state = StateDirectory.of(directory.resolve("state"));
            int status =
                    new Foreground(installation, state, out)
                            .up(request(directory.resolve("mount")), this::use);
            for (ProcessName name : ProcessName.values()) {
                requireCache(name, state);
            }
            return status;
        } finally {
            remove(directory);
        }
    }

    private int use(Instance instance, Supervisor supervisor) {
        ControlPlane controlPlane = new ControlPlane(instance.ports().graphql());
        String workspace = instance.settings().workspace();
        try {
            Workload load = new Workload(instance.mountPoint());
            load.files(supervisor::stopAsked);
            controlPlane.flush(workspace, "/", true, FLUSH_SECONDS);
            controlPlane.evict(workspace, "/");
            load.readAll(supervisor::stopAsked);
        } catch (IOException failed) {
            throw new CliFailure(
                    "the mount failed in its training: " + failed.getMessage(), failed);
        }
        Status.of(instance.state()).lines();
        // Not stopped: a holder that is told to stop gives its mount no time to write a cache.
        Unmount.now(instance.mountPoint());
        int status = supervisor.watch();
        return supervisor.stopAsked() ? 1 : status;
    }

    /** Reads and writes go through the mount process: it knows the other way by then, too. */
    private static UpRequest request(Path mountPoint) {
        return new UpRequest(
                mountPoint.toString(),
                null,
                new UpRequest.Bucket(null, null, null, null, AwsVariables.NONE),
                new UpRequest.Mode(
                        Fuse.KERNEL, false, FLUSH_DELAY_MILLIS, null, Duration.ofMinutes(1)),
                new UpRequest.GivenPorts(0, 0));
    }

    private void requireCache(ProcessName name, StateDirectory state) {
        if (!Files.exists(installation.caches().of(name.fileName()))) {
            throw new CliFailure(
                    "the "
                            + name.label()
                            + " wrote no cache: "
                            + lastLine(state.log(name.fileName())));
        }
    }

    private static String lastLine(Path log) {
        try {
            return Files.readAllLines(log).getLast();
        } catch (IOException | java.util.NoSuchElementException silent) {
            return "it said nothing";
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("forebay-training");
        } catch (IOException failed) {
            throw new CliFailure("no temporary directory: " + failed.getMessage(), failed);
        }
    }

    /** Not while something is mounted below: that would be its files. */
    private static void remove(Path directory) {
        if (MountTable.read().at(directory.resolve("mount")).isPresent()) {
            throw new CliFailure("unmount " + directory.resolve("mount") + " and delete it");
        }
        try (Stream<Path> all = Files.walk(directory)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) {
                Files.delete(each);
            }
        } catch (IOException failed) {
            throw new CliFailure("cannot delete " + directory + ": " + failed.getMessage(), failed);
        }
    }
}
