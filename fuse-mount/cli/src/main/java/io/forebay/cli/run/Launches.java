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
import java.util.Objects;

/** The command line and environment of each process of an instance. */
final class Launches {
    /** S3Proxy streams; its heap holds requests, not objects. */
    private static final String OBJECT_STORE_HEAP = "128m";

    /** Measured at 190 to 210 MiB resident with all extensions; the rest is for requests. */
    private static final String CONTROL_PLANE_HEAP = "256m";

    private static final String WORKER_HEAP = "256m";

    /** Bounds the parts of uploads in flight. */
    private static final String WORKER_DIRECT_MEMORY = "256m";

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
        List<String> command = java(ProcessName.WORKER, WORKER_HEAP);
        command.add("-XX:MaxDirectMemorySize=" + WORKER_DIRECT_MEMORY);
        define(command, "forebay.worker.id", "worker-1");
        define(command, "forebay.worker.node", Instance.NODE);
        define(command, "forebay.worker.staging-directory", instance.state().staging());
        define(command, "forebay.worker.socket", instance.state().workerSocket());
        define(command, "forebay.worker.capacity-bytes", Space.capacityBytes(instance.state()));
        define(command, "forebay.control-plane", grpc());
        define(command, "forebay.s3.endpoint", instance.access().endpoint());
        define(command, "forebay.s3.region", instance.access().region());
        define(command, "forebay.s3.path-style", instance.access().pathStyle());
        define(command, "quarkus.http.host", "127.0.0.1");
        define(command, "quarkus.http.port", instance.ports().worker());
        define(command, "quarkus.grpc.server.host", instance.settings().listenAddress());
        define(command, "quarkus.grpc.server.port", instance.ports().bytes());
        command.addAll(List.of("-jar", instance.installation().worker().toString()));
        return spec(ProcessName.WORKER, command, workerEnvironment(instance.access().keys()));
    }

    /** Keys replace all that the worker would inherit: a token of others would spoil them. */
    static Map<String, String> workerEnvironment(AwsVariables.Keys keys) {
        String accessKey = keys.accessKey();
        String secretKey = keys.secretKey();
        if (accessKey == null || secretKey == null) {
            return Map.of();
        }
        return Map.of(
                "FOREBAY_S3_ACCESS_KEY", accessKey,
                "FOREBAY_S3_SECRET_KEY", secretKey,
                "FOREBAY_S3_SESSION_TOKEN", Objects.requireNonNullElse(keys.sessionToken(), ""));
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
