package io.forebay.e2e;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The bucket as an S3 client that is not ours sees it. */
public final class Rclone {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Map<String, String> environment;
    private final String bucket;

    /** Takes endpoint and keys from the file that the deployment wrote for shells. */
    public Rclone(Deployment deployment) throws IOException {
        this(deployment, "forebay");
    }

    /** As the other one, of another bucket of its store. */
    public Rclone(Deployment deployment, String bucket) throws IOException {
        this.bucket = "forebay:" + bucket;
        Map<String, String> found = new HashMap<>();
        for (String line : Files.readAllLines(deployment.state().resolve("s3.env"))) {
            String pair = line.substring("export ".length());
            int equals = pair.indexOf('=');
            found.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        found.put("RCLONE_CONFIG", "/dev/null");
        this.environment = Map.copyOf(found);
    }

    /** All objects of the bucket: key and SHA-256 of the downloaded bytes. */
    public Map<String, String> objects(Path scratch) throws IOException {
        Path copy = Files.createTempDirectory(scratch, "bucket");
        run("copy", bucket, copy.toString());
        Map<String, String> objects = new TreeMap<>();
        try (Stream<Path> files = Files.walk(copy)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                objects.put(copy.relativize(file).toString(), Digest.sha256(file));
            }
        }
        return objects;
    }

    /** Names only. */
    List<String> names() {
        return run("lsf", "-R", "--files-only", bucket).lines().sorted().toList();
    }

    /** Puts an object, as somebody does who knows nothing of us. */
    public void put(String key, String content, Path scratch) throws IOException {
        Path file = Files.createTempFile(scratch, "put", "");
        Files.writeString(file, content);
        run("copyto", "--ignore-times", file.toString(), bucket + "/" + key);
        Files.delete(file);
    }

    public void delete(String key) {
        run("deletefile", bucket + "/" + key);
    }

    public String content(String key) {
        return run("cat", bucket + "/" + key);
    }

    private String run(String... words) {
        List<String> all = Stream.concat(Stream.of("rclone"), Stream.of(words)).toList();
        Command.Outcome outcome = new Command(all, environment, LIMIT).run();
        if (outcome.status() != 0) {
            throw new IllegalStateException("rclone failed: " + outcome.all());
        }
        return outcome.out();
    }
}
