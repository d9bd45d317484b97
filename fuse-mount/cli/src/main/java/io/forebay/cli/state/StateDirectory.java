package io.forebay.cli.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that one instance keeps on disk:
 *
 * <pre>
 *   forebay.json   settings: its presence marks the directory as ours
 *   s3/            the objects of the local object store
 *   control-plane/ metadata
 *   worker/        staged files
 *   logs/          one file a process
 *   run/           ports, sockets, records of running processes, the lock
 * </pre>
 */
public record StateDirectory(Path root) {

    /** Bytes that a unix socket's path may have (unix(7)), less its terminating zero. */
    private static final int SOCKET_PATH_BYTES_MAX = 107;

    /** {@code $XDG_DATA_HOME/forebay/default}, or the same below {@code ~/.local/share}. */
    public static Path defaultRoot() {
        return dataHome().resolve("default");
    }

    public static Path dataHome() {
        String home = Objects.requireNonNullElse(System.getenv("XDG_DATA_HOME"), "");
        Path data =
                home.isBlank()
                        ? Path.of(System.getProperty("user.home"), ".local", "share")
                        : Path.of(home);
        return data.resolve("forebay");
    }

    public static StateDirectory of(Path root) {
        return new StateDirectory(MountTable.canonical(root));
    }

    /** Makes the directory and those in it; refuses one that holds something else. */
    public void create() {
        try {
            if (Files.exists(root) && !Files.isDirectory(root)) {
                throw new CliFailure(root + " is no directory: name another one with --state");
            }
            if (Files.isDirectory(root) && !Files.exists(settingsFile()) && !isEmpty()) {
                throw new CliFailure(
                        root
                                + " holds files but no forebay.json: name an empty directory"
                                + " with --state, or restore that file");
            }
            for (Path each : List.of(root, run(), logs(), objects(), metadata(), staging())) {
                Files.createDirectories(each);
            }
            Files.setPosixFilePermissions(run(), PosixFilePermissions.fromString("rwx------"));
        } catch (IOException failed) {
            throw new CliFailure(
                    "cannot use the state directory "
                            + root
                            + " ("
                            + JsonFile.reason(failed)
                            + "): name another one with --state",
                    failed);
        }
    }

    /** But for what a start that failed early leaves. */
    private boolean isEmpty() throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            for (Path entry : entries.toList()) {
                boolean ours = List.of(run(), logs()).contains(entry);
                if (!ours && !isEmptyDirectory(entry)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static boolean isEmptyDirectory(Path entry) throws IOException {
        if (!Files.isDirectory(entry)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(entry)) {
            return entries.findAny().isEmpty();
        }
    }

    /** Held by the process that runs this instance, for as long as it lives. */
    public FileLock lock() {
        Path file = run().resolve("lock");
        try {
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw alreadyRunning();
            }
            return lock;
        } catch (OverlappingFileLockException ours) {
            throw alreadyRunning();
        } catch (IOException failed) {
            throw new CliFailure("cannot lock " + file + ": " + JsonFile.reason(failed), failed);
        }
    }

    private CliFailure alreadyRunning() {
        return new CliFailure(
                root
                        + " is in use by a running forebay: `forebay down --state "
                        + root
                        + "` first");
    }

    public Optional<Settings> settings() {
        return JsonFile.read(
                settingsFile(),
                Settings.class,
                "restore it, or move the state directory away and start anew");
    }

    public void remember(Settings settings) {
        JsonFile.write(settingsFile(), settings);
    }

    public Optional<Ports> ports() {
        return JsonFile.read(
                run().resolve("ports.json"),
                Ports.class,
                "remove it, and the next start chooses other ports");
    }

    public void remember(Ports ports) {
        JsonFile.write(run().resolve("ports.json"), ports);
    }

    public Optional<ProcessRecord> process(ProcessName name) {
        return ProcessRecord.read(processFile(name));
    }

    public void remember(ProcessName name, ProcessRecord record) {
        record.write(processFile(name));
    }

    public void forget(ProcessName name) {
        delete(processFile(name));
    }

    /** Where a process's record is. */
    public Path file(ProcessName name) {
        return processFile(name);
    }

    /** The process that watches the others. */
    public Optional<ProcessRecord> supervisor() {
        return ProcessRecord.read(run().resolve("supervisor.pid"));
    }

    public void rememberSupervisor(ProcessRecord record) {
        record.write(run().resolve("supervisor.pid"));
    }

    public void forgetSupervisor() {
        delete(run().resolve("supervisor.pid"));
    }

    /** Is there from the moment in which everything answers until the stop begins. */
    public Path readyMark() {
        return run().resolve("ready");
    }

    public static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failed) {
            throw new CliFailure("cannot delete " + file + ": " + JsonFile.reason(failed), failed);
        }
    }

    public Path logs() {
        return root.resolve("logs");
    }

    public Path log(String name) {
        return logs().resolve(name + ".log");
    }

    public Path run() {
        return root.resolve("run");
    }

    public Path objects() {
        return root.resolve("s3");
    }

    public Path metadata() {
        return root.resolve("control-plane");
    }

    public Path staging() {
        return root.resolve("worker");
    }

    /** How to reach the local object store, for a shell to source. */
    public Path objectStoreEnvironment() {
        return root.resolve("s3.env");
    }

    /** In the state directory, or in the temporary one where that path is too long for a socket. */
    public Path workerSocket() {
        Path near = run().resolve("worker.sock");
        if (near.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length
                <= SOCKET_PATH_BYTES_MAX) {
            return near;
        }
        Path far =
                Path.of(
                        "/tmp",
                        "forebay-"
                                + System.getProperty("user.name")
                                + "-"
                                + Integer.toHexString(root.toString().hashCode()));
        try {
            Files.createDirectories(
                    far,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (IOException failed) {
            throw new CliFailure("cannot make " + far + ": " + JsonFile.reason(failed), failed);
        }
        return far.resolve("worker.sock");
    }

    private Path settingsFile() {
        return root.resolve("forebay.json");
    }

    private Path processFile(ProcessName name) {
        return run().resolve(name.fileName() + ".pid");
    }
}
