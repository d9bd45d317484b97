package io.forebay.e2e.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.system.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A time of modification that one mount sets while another writes the file: it holds until the next
 * write, and no longer, whether it is an old one or one that is still to come.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TimesTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Instant OLD = Instant.parse("2001-02-03T04:05:06.789012345Z");
    private static final Instant LATE = Instant.parse("2035-02-03T04:05:06.789012345Z");

    private final TwoMounts mounts = new TwoMounts();

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        mounts.start(directory);
    }

    @AfterAll
    void stop() {
        mounts.close();
    }

    @ParameterizedTest
    @EnumSource
    void holdsUntilTheNextWrite(DataPath path) throws Exception {
        for (Instant time : List.of(OLD, LATE)) {
            String name = "held-" + path + time.getEpochSecond();
            Path here = mounts.root(path).resolve(name);
            try (FileChannel writer = create(here)) {
                write(writer, 0);
                set(there(path, name), time);
                assertEquals(time, modified(there(path, name)));
            }
            onBothMounts(name, time);
            try (FileChannel writer = FileChannel.open(here, StandardOpenOption.WRITE)) {
                set(there(path, name), OLD);
                write(writer, 0);
                set(there(path, name), time);
                writer.force(true);
                assertEquals(time, modified(there(path, name)));
                write(writer, 1);
            }
            assertWrittenNow(path, name);
        }
    }

    /** Both mounts write, and the one whose handle is older sets the time. */
    @ParameterizedTest
    @EnumSource
    void holdsBesideAnOtherWriter(DataPath path) throws Exception {
        String name = "both-" + path;
        Path here = mounts.root(path).resolve(name);
        try (FileChannel first = create(here)) {
            write(first, 0);
            try (FileChannel second =
                    FileChannel.open(there(path, name), StandardOpenOption.WRITE)) {
                write(second, 10);
                set(here, OLD);
            }
            assertEquals(OLD, modified(here));
        }
        mounts.flush(LIMIT);
        onBothMounts(name, OLD);
    }

    /** A mount that has nothing open, and a writer that writes nothing behind it. */
    @ParameterizedTest
    @EnumSource
    void holdsWhereAWriterEndsWithoutAWord(DataPath path) throws Exception {
        String name = "killed-" + path;
        try (FileChannel writer = create(mounts.root(path).resolve(name))) {
            write(writer, 0);
            set(there(path, name), OLD);
            mounts.killServer(path);
        }
        onBothMounts(name, OLD);
    }

    private Path there(DataPath path, String name) {
        return mounts.root(path.other()).resolve(name);
    }

    private static FileChannel create(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private static void write(FileChannel file, long offset) throws IOException {
        assertEquals(5, file.write(ByteBuffer.wrap(new byte[5]), offset));
    }

    /** Without opening the file, as utimensat(2) does by a path. */
    private static void set(Path path, Instant time) {
        List<String> words = List.of("touch", "-c", "-h", "-m", "-d", time.toString(), path + "");
        Command.Outcome outcome = new Command(words, Map.of("TZ", "UTC"), LIMIT).run();
        assertEquals(0, outcome.status(), outcome::all);
    }

    private static Instant modified(Path path) throws IOException {
        return Files.getLastModifiedTime(path).toInstant();
    }

    private void onBothMounts(String name, Instant time) throws Exception {
        for (DataPath each : DataPath.values()) {
            Path path = mounts.root(each).resolve(name);
            Eventually.holds(each + " shows " + time, LIMIT, () -> modified(path).equals(time));
            FileTime changed = (FileTime) Files.getAttribute(path, "unix:ctime");
            assertTrue(changed.toInstant().isBefore(LATE), "a change is never still to come");
        }
    }

    private void assertWrittenNow(DataPath path, String name) throws Exception {
        Instant written = modified(mounts.root(path).resolve(name));
        assertTrue(written.isAfter(OLD) && written.isBefore(LATE), written::toString);
        onBothMounts(name, written);
    }
}
