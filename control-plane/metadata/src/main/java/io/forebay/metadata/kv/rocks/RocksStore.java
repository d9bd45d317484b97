package io.forebay.metadata.kv.rocks;

import io.forebay.metadata.kv.Engine;
import io.forebay.metadata.kv.KeyValueStore;
import io.forebay.metadata.kv.StoreException;
import io.forebay.metadata.kv.TransactionalStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;

/** Opens the store in a directory, and creates it at the first time. */
public final class RocksStore {
    private static final String DAMAGED =
            "the metadata's files are damaged or not ours: restore a backup of the directory, or"
                    + " move it away and rebuild from the bucket; directory=";
    // Files that exist only once a store was complete; then it has a file CURRENT as well.
    private static final Pattern DATA = Pattern.compile("\\d+\\.(sst|log)");

    private RocksStore() {}

    /**
     * Opens or creates the store; one process at a time.
     *
     * @throws StoreException UNAVAILABLE when another process has it open or the directory cannot
     *     be used; CORRUPT when the files are damaged
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
        refuseRemains(directory);
        try {
            return RocksEngine.open(directory);
        } catch (RocksDBException e) {
            throw openFailure(directory, e);
        }
    }

    /** RocksDB would take data without CURRENT for nothing, and start an empty store over it. */
    private static void refuseRemains(Path directory) {
        try {
            Files.createDirectories(directory);
            if (Files.exists(directory.resolve("CURRENT"))) {
                return;
            }
            try (Stream<Path> files = Files.list(directory)) {
                if (files.anyMatch(file -> DATA.matcher(file.getFileName().toString()).matches())) {
                    throw new StoreException(StoreException.Kind.CORRUPT, DAMAGED + directory);
                }
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
        return new StoreException(
                StoreException.Kind.UNAVAILABLE,
                "the metadata's directory cannot be opened: check its permissions and the free"
                        + " space; directory="
                        + directory,
                e);
    }
}
