package io.forebay.cli.run;

import io.forebay.cli.prepare.Instance;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** What a person needs to know once everything answers. */
final class Greeting {
    private final Instance instance;

    Greeting(Instance instance) {
        this.instance = instance;
    }

    List<String> lines(double seconds) {
        Settings settings = instance.settings();
        String graphql = "http://127.0.0.1:" + instance.ports().graphql() + "/graphql";
        List<String> lines = new ArrayList<>();
        lines.add("Forebay is ready after %.1f s.".formatted(seconds));
        lines.add("  mount      " + settings.mountPoint());
        lines.add(
                "  bucket     s3://%s/%s at %s"
                        .formatted(
                                settings.bucket().bucket(),
                                settings.bucket().prefix(),
                                instance.access().endpoint()));
        if (settings.localStore()) {
            lines.add("  its keys   source " + instance.state().objectStoreEnvironment());
        }
        lines.add("  GraphQL    " + graphql);
        lines.add("  logs       " + instance.state().logs());
        lines.add("Try:");
        lines.add("  echo hello > " + settings.mountPoint() + "/hello");
        lines.add("  curl -s " + graphql + " -H 'Content-Type: application/json' \\");
        lines.add(
                "    -d '{\"query\": \"{ file(workspace: \\\"%s\\\", path: \\\"/hello\\\")"
                                .formatted(settings.workspace())
                        + " { size flushState objectKey } }\"}'");
        return lines;
    }

    /** The local store's keys, for a shell to source; rclone finds it as the remote "forebay". */
    void writeEnvironment() {
        if (!instance.settings().localStore()) {
            return;
        }
        Settings.LocalKeys keys = instance.settings().localKeys();
        String endpoint = instance.access().endpoint();
        List<String> lines =
                List.of(
                        "export AWS_ACCESS_KEY_ID=" + keys.accessKey(),
                        "export AWS_SECRET_ACCESS_KEY=" + keys.secretKey(),
                        "export AWS_SESSION_TOKEN=", // what is there belongs to other keys
                        "export AWS_DEFAULT_REGION=" + instance.access().region(),
                        "export AWS_ENDPOINT_URL=" + endpoint,
                        "export RCLONE_CONFIG_FOREBAY_TYPE=s3",
                        "export RCLONE_CONFIG_FOREBAY_PROVIDER=Other",
                        "export RCLONE_CONFIG_FOREBAY_ENDPOINT=" + endpoint,
                        "export RCLONE_CONFIG_FOREBAY_ACCESS_KEY_ID=" + keys.accessKey(),
                        "export RCLONE_CONFIG_FOREBAY_SECRET_ACCESS_KEY=" + keys.secretKey());
        Path file = instance.state().objectStoreEnvironment();
        try {
            Files.deleteIfExists(file);
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.write(file, lines);
        } catch (IOException failed) {
            throw new CliFailure("cannot write " + file + ": is the disk full?", failed);
        }
    }
}
