package io.forebay.metadata.kv;

import io.forebay.metadata.kv.rocks.RocksStore;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class RocksStoreContractTest extends KeyValueStoreContract {
    @TempDir private Path directory;

    @Override
    KeyValueStore create(InstantSource clock) {
        return RocksStore.open(directory, clock);
    }
}
