package io.forebay.metadata.kv.rocks;

import io.forebay.metadata.kv.Engine;
import io.forebay.metadata.kv.KeyValueStore;
import io.forebay.metadata.kv.StoreException;
import io.forebay.metadata.kv.TransactionalStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;

/** Opens the store in a directory, and creates it at the first time. */
public final class RocksStore {
    private static final String DAMAGED =
            "the metadata's files are damaged or not ours: restore a backup of the directory, or"
                    + " move the whole state away and start anew (what is in the bucket stays"
                    + " there); directory=";
    // Files that exist only once a store was complete; then it has a file CURRENT as well.
    private static final Pattern DATA = Pattern.compile("\\d+\\.(sst|log)");
    private static final Pattern LOG = Pattern.compile("\\d+\\.log");

    private RocksStore() {}

    /**
     * Opens or creates the store; one process at a time.
     *
     * @throws StoreException UNAVAILABLE when another process has it open or the directory cannot
     *     be used; NO_SPACE when its disk is full; CORRUPT when the files are damaged
     */
    public static KeyValueStore open(Path directory) {
        return open(directory, InstantSource.system());
    }

    /** As {@link #open(Path)}; transactions age by this clock. */
    public static KeyValueStore open(Path directory, InstantSource clock) {
        return new TransactionalStore(engine(directory), clock);
    }

    /** As {@link #open(Path)}, without transactions. */
    public static Engine engine(Path directory) {
        refuseDamage(directory);
        try {
            return RocksEngine.open(directory);
        } catch (RocksDBException e) {
            throw openFailure(directory, e);
        }
    }

    /** What RocksDB itself would pass over, and lose commits by it. */
    private static void refuseDamage(Path directory) {
        try {
            Files.createDirectories(directory);
            // Data without CURRENT is nothing to it: it would start an empty store over it.
            boolean damaged =
                    Files.exists(directory.resolve("CURRENT"))
                            ? hasLogWithHoles(directory)
                            : !files(directory, DATA).isEmpty();
            if (damaged) {
                throw new StoreException(StoreException.Kind.CORRUPT, DAMAGED + directory);
            }
        } catch (IOException e) {
            throw new StoreException(
                    StoreException.Kind.UNAVAILABLE,
                    "the metadata's directory cannot be used: check that it is a directory and"
                            + " its permissions; directory="
                            + directory,
                    e);
        }
    }

    private static boolean hasLogWithHoles(Path directory) throws IOException {
        for (Path log : files(directory, LOG)) {
            if (!WriteAheadLog.isWithoutHoles(log)) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> files(Path directory, Pattern names) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> names.matcher(file.getFileName().toString()).matches())
                    .toList();
        }
    }

    private static StoreException openFailure(Path directory, RocksDBException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("lock file") || message.contains("lock hold by current process")) {
            return new StoreException(
                    StoreException.Kind.UNAVAILABLE,
                    "another control plane has it open: stop that one first; directory="
                            + directory,
                    e);
        }
        if (RocksEngine.isDamage(e)) {
            return new StoreException(StoreException.Kind.CORRUPT, DAMAGED + directory, e);
        }
        if (RocksEngine.isFullDisk(e)) {
            return new StoreException(
                    StoreException.Kind.NO_SPACE,
                    "the metadata's disk is full: free some space on it; directory=" + directory,
                    e);
        }
        return new StoreException(
                StoreException.Kind.UNAVAILABLE,
                "the metadata's directory cannot be opened: check its permissions and the free"
                        + " space; directory="
                        + directory,
                e);
    }
}
