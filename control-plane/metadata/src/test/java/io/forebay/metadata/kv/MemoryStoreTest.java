package io.forebay.metadata.kv;

import java.time.InstantSource;

class MemoryStoreTest extends KeyValueStoreContract {
    @Override
    KeyValueStore create(InstantSource clock) {
        return new MemoryStore(clock);
    }
}
