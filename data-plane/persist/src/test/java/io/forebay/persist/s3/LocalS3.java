package io.forebay.persist.s3;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The local S3 server as a process of its own, on a free port. */
public final class LocalS3 implements AutoCloseable {
    public static final S3Settings.Keys KEYS =
            new S3Settings.Keys("local", "local-secret", Optional.empty());
    private static final Path BUILT = Path.of("../local-s3/target").toAbsolutePath().normalize();

    private final Process process;
    private final URI endpoint;

    private LocalS3(Process process, URI endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /** Its class path, if it has been built. */
    public static Optional<String> classPath() throws IOException {
        if (!Files.isDirectory(BUILT.resolve("lib"))) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(BUILT)) {
            return files.filter(file -> file.getFileName().toString().matches("local-s3.*\\.jar"))
                    .findFirst()
                    .map(jar -> jar + ":" + BUILT.resolve("lib") + "/*");
        }
    }

    public static LocalS3 start(String classPath, Path directory, String bucket)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                classPath,
                                "io.forebay.locals3.LocalS3Main",
                                "--directory",
                                directory.toString(),
                                "--port",
                                "0",
                                "--bucket",
                                bucket));
        builder.environment().put("AWS_ACCESS_KEY_ID", KEYS.accessKey());
        builder.environment().put("AWS_SECRET_ACCESS_KEY", KEYS.secretKey());
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        if (line == null || !line.startsWith("ready ")) {
            process.destroyForcibly();
            throw new IOException("the local S3 server said: " + line);
        }
        return new LocalS3(process, URI.create(line.split(" ", 3)[1]));
    }

    URI endpoint() {
        return endpoint;
    }

    public S3ObjectStore open() {
        return open(KEYS);
    }

    S3ObjectStore open(S3Settings.Keys keys) {
        return S3ObjectStore.open(
                S3Settings.of(Optional.of(endpoint), "us-east-1", true, Optional.of(keys)));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
