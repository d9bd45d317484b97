package io.forebay.server.wiring;

import com.google.protobuf.ByteString;
import io.forebay.metadata.Metadata;
import io.forebay.metadata.kv.rocks.RocksStore;
import io.forebay.metadata.state.GrantKeys;
import io.forebay.proto.LocalCallAddress;
import io.forebay.wiring.UnknownKeys;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.eclipse.microprofile.config.ConfigProvider;

/** Makes the parts, each once. */
@Singleton
final class Wiring {
    @Produces
    @Singleton
    ServerSettings settings(ServerMapping mapping) {
        UnknownKeys.refuse(ConfigProvider.getConfig(), ServerMapping.class);
        return ServerSettings.of(mapping);
    }

    @Produces
    @Singleton
    StateDirectory stateDirectory(ServerSettings settings) {
        return StateDirectory.open(settings.stateDirectory());
    }

    @Produces
    @Singleton
    GuardedStore store(StateDirectory state) {
        return new GuardedStore(RocksStore.open(state.metadata()));
    }

    void close(@Disposes GuardedStore store) {
        store.close();
    }

    @Produces
    @Singleton
    InstantSource clock() {
        return InstantSource.system();
    }

    @Produces
    @Singleton
    LocalCallAddress localCalls(StateDirectory state) {
        return LocalCallAddress.newBuilder()
                .setSocketPath(state.socket().toString())
                .setToken(ByteString.copyFrom(new GrantKeys(state.masterKey()).localCallToken()))
                .build();
    }

    @Produces
    @Singleton
    Metadata metadata(
            GuardedStore store,
            InstantSource clock,
            StateDirectory state,
            ServerSettings settings) {
        Metadata.Timing timing = new Metadata.Timing(settings.scanMillis(), settings.workerLost());
        return new Metadata(store, clock, state.masterKey(), timing);
    }
}
