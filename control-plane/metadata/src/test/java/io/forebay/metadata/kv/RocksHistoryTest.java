package io.forebay.metadata.kv;

import io.forebay.metadata.kv.rocks.RocksStore;
import java.nio.file.Path;

class RocksHistoryTest extends HistoryContract {
    @Override
    Engine engine(Path where) {
        return RocksStore.engine(where);
    }
}
