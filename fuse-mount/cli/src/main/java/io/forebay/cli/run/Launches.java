package io.forebay.cli.run;

import io.forebay.cli.prepare.AwsVariables;
import io.forebay.cli.prepare.Instance;
import io.forebay.cli.prepare.Space;
import io.forebay.cli.process.ChildSpec;
import io.forebay.cli.state.ProcessName;
import io.forebay.cli.state.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command line and environment of each process of an instance. */
final class Launches {
    /** S3Proxy streams; its heap holds requests, not objects. */
    private static final String OBJECT_STORE_HEAP = "128m";

    /** Measured at 190 to 210 MiB resident with all extensions; the rest is for requests. */
    private static final String CONTROL_PLANE_HEAP = "256m";

    private final Instance instance;

    Launches(Instance instance) {
        this.instance = instance;
    }

    ChildSpec of(ProcessName name) {
        return switch (name) {
            case OBJECT_STORE -> objectStore();
            case CONTROL_PLANE -> controlPlane();
            case WORKER -> worker();
            case HOLDER -> holder();
            case MOUNT -> throw new IllegalArgumentException("its holder starts the mount");
        };
    }

    private ChildSpec objectStore() {
        // It stands for a machine of its own: what it uses of this one, the mount should not miss.
        List<String> command = new ArrayList<>(List.of("nice", "-n", "10"));
        command.addAll(java(ProcessName.OBJECT_STORE, OBJECT_STORE_HEAP));
        command.addAll(
                List.of(
                        "-cp",
                        instance.installation().objectStoreClassPath(),
                        "io.forebay.locals3.LocalS3Main",
                        "--directory",
                        instance.state().objects().toString(),
                        "--port",
                        Integer.toString(instance.ports().objectStore()),
                        "--bucket",
                        instance.settings().bucket().bucket()));
        Settings.LocalKeys keys = instance.settings().localKeys();
        Map<String, String> environment =
                Map.of(
                        "AWS_ACCESS_KEY_ID", keys.accessKey(),
                        "AWS_SECRET_ACCESS_KEY", keys.secretKey());
        return spec(ProcessName.OBJECT_STORE, command, environment);
    }

    private ChildSpec controlPlane() {
        List<String> command = java(ProcessName.CONTROL_PLANE, CONTROL_PLANE_HEAP);
        define(command, "forebay.state.directory", instance.state().metadata());
        define(command, "quarkus.http.host", "127.0.0.1");
        define(command, "quarkus.http.port", instance.ports().graphql());
        define(command, "quarkus.grpc.server.host", instance.settings().listenAddress());
        define(command, "quarkus.grpc.server.port", instance.ports().grpc());
        command.addAll(List.of("-jar", instance.installation().controlPlane().toString()));
        // RocksDB's own choice is a new file each time, which a process that is killed leaves.
        Map<String, String> environment =
                Map.of("ROCKSDB_SHAREDLIB_DIR", instance.state().run().toString());
        return spec(ProcessName.CONTROL_PLANE, command, environment);
    }

    private ChildSpec worker() {
        WorkerLaunch launch =
                new WorkerLaunch(instance.installation())
                        .set("forebay.worker.id", "worker-1")
                        .set("forebay.worker.node", Instance.NODE)
                        .staging(instance.state().staging(), instance.state().workerSocket())
                        .set("forebay.worker.capacity-bytes", Space.capacityBytes(instance.state()))
                        .set("forebay.control-plane", grpc())
                        .set("forebay.s3.endpoint", instance.access().endpoint())
                        .set("forebay.s3.region", instance.access().region())
                        .set("forebay.s3.path-style", instance.access().pathStyle())
                        .set("quarkus.http.port", instance.ports().worker())
                        .listen(instance.settings().listenAddress(), instance.ports().bytes());
        AwsVariables.Keys keys = instance.access().keys();
        return spec(ProcessName.WORKER, launch.command(), WorkerLaunch.environment(keys));
    }

    private ChildSpec holder() {
        List<String> command = instance.installation().holder(instance.settings().mountBy());
        command.addAll(
                List.of(
                        "--record",
                        instance.state().file(ProcessName.MOUNT).toString(),
                        "--control-plane",
                        grpc(),
                        "--workspace",
                        instance.settings().workspace(),
                        "--mount-point",
                        instance.settings().mountPoint(),
                        "--node",
                        Instance.NODE,
                        "--http-port",
                        Integer.toString(instance.ports().mount())));
        if (!instance.settings().passthrough()) {
            command.add("--no-passthrough");
        }
        return new ChildSpec(
                ProcessName.HOLDER,
                command,
                Map.of(),
                instance.state().log(ProcessName.MOUNT.fileName()));
    }

    private String grpc() {
        return instance.settings().dialAddress() + ":" + instance.ports().grpc();
    }

    private List<String> java(ProcessName name, String heap) {
        return instance.installation().java(name.fileName(), heap);
    }

    private static void define(List<String> command, String key, Object value) {
        command.add("-D" + key + "=" + value);
    }

    private ChildSpec spec(
            ProcessName name, List<String> command, Map<String, String> environment) {
        Path log = instance.state().log(name.fileName());
        return new ChildSpec(name, command, environment, log);
    }
}
