package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What runs on a mount until it is told to stop, and fails where the mount fails it. */
final class Programs implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static final Path SOURCES =
            Deployment.home().resolve("e2e/src/test/resources/programs");

    /** Buffered and past the page cache, with a sync in between, and over and over the same. */
    private static final Map<String, String> VERIFIED =
            Map.of(
                    "sequential", "--rw=write --bs=64k --size=32m --rate=20m",
                    "random", "--rw=randwrite --bs=16k --size=32m --rate=20m --end_fsync=1",
                    "direct", "--rw=write --bs=128k --size=32m --rate=20m" + Programs.DIRECT,
                    "direct-random", "--rw=randrw --bs=4k --size=8m --rate=4m" + Programs.DIRECT,
                    "synced", "--rw=randwrite --bs=4k --size=4m --rate=2m --fsync=16");

    private static final String DIRECT = " --ioengine=libaio --iodepth=32 --direct=1";
    private static final String READ = "--rw=randread --bs=16k --size=32m --rate=20m";

    private static final String AGAIN = "while [ ! -e \"$stop\" ]; do $fio \"$@\" || exit 1; done";

    private static final String FIO =
            "stop=$1; fio='fio --verify=crc32c --verify_fatal=1 --verify_state_save=0"
                    + " --fallocate=none'; cd \"$2\" || exit 1; shift 2; ";

    private final Path stop;
    private final Duration limit;
    private final Map<String, CompletableFuture<Command.Outcome>> running = new LinkedHashMap<>();

    /**
     * @param stop a file that is made for them to end
     * @param limit they end by themselves when the test did not tell them to
     */
    Programs(Path stop, Duration limit) {
        this.stop = stop;
        this.limit = limit;
    }

    /** What a process could lose, and what must not be done twice. */
    void keepOpen(Path mountPoint, String... more) throws Exception {
        Path used = mountPoint.resolve("kept");
        python("keeps_open", used, more);
        Path log = used.resolve("log");
        Eventually.holds("its first steps", LIMIT, () -> hasEnded().isPresent() || size(log) > 640);
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    /** What is written is read back and compared, again and again. */
    void verify(Path mountPoint) throws IOException {
        if (!Needs.onPath("fio")) {
            System.out.println("SKIPPED in MountDeathTest: fio is missing: apt-get install fio");
            return;
        }
        Path used = Files.createDirectory(mountPoint.resolve("verified"));
        VERIFIED.forEach((name, job) -> shell(name, used, AGAIN, job));
        String written = "$fio \"$@\" --rw=write --do_verify=0 --rate=0 || exit 1; ";
        shell("reading", used, written + AGAIN, READ);
    }

    /** Checkpoints are saved, loaded and compared. */
    void saveCheckpoints(Path mountPoint) {
        if (!Needs.hasTorch()) {
            System.out.println(
                    "SKIPPED in MountDeathTest: PyTorch is missing: apt-get install python3-torch");
            return;
        }
        python("checkpoints", mountPoint.resolve("checkpoints"));
    }

    private void python(String name, Path used, String... more) {
        List<String> words = new ArrayList<>(List.of("/usr/bin/python3"));
        words.add(SOURCES.resolve(name + ".py").toString());
        words.addAll(List.of(used.toString(), stop.toString()));
        words.addAll(List.of(more));
        start(name, words);
    }

    private void shell(String name, Path used, String script, String job) {
        List<String> words = new ArrayList<>(List.of("sh", "-c", FIO + script, "sh"));
        words.addAll(List.of(stop.toString(), used.toString(), "--name=" + name));
        words.addAll(List.of(job.split(" ")));
        start(name, words);
    }

    private void start(String name, List<String> words) {
        Command command = new Command(words, Map.of(), limit);
        running.put(name, CompletableFuture.supplyAsync(command::run, Thread::startVirtualThread));
    }

    /** Fails with the words of one that has ended. */
    void areRunning(Deployment deployment) {
        hasEnded()
                .ifPresent(said -> {
                    throw new AssertionError(said + deployment.logs());
                });
    }

    private Optional<String> hasEnded() {
        return running.entrySet().stream()
                .filter(each -> each.getValue().isDone())
                .map(each -> each.getKey() + " ended: " + each.getValue().resultNow().all())
                .findFirst();
    }

    /** Tells them to stop; each must find all that it expects. */
    void endWell(Deployment deployment) throws Exception {
        areRunning(deployment);
        Files.createFile(stop);
        for (Map.Entry<String, CompletableFuture<Command.Outcome>> each : running.entrySet()) {
            Command.Outcome outcome = each.getValue().get(limit.toSeconds(), TimeUnit.SECONDS);
            assertEquals(
                    0,
                    outcome.status(),
                    () -> each.getKey() + ": " + outcome.all() + deployment.logs());
        }
    }

    /** They must not outlive the test, whatever became of it. */
    @Override
    public void close() throws IOException {
        if (!Files.exists(stop)) {
            Files.createFile(stop);
        }
        ProcessHandle.current()
                .descendants()
                .filter(each -> each.info().commandLine().orElse("").contains(stop.toString()))
                .forEach(each -> {
                    each.descendants().forEach(ProcessHandle::destroyForcibly);
                    each.destroyForcibly();
                });
    }
}
