package io.forebay.metadata.kv;

import java.nio.file.Path;

class MemoryHistoryTest extends HistoryContract {
    @Override
    Engine engine(Path where) {
        return new MemoryEngine();
    }
}
