package io.forebay.metadata.state;

import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.proto.WorkerRecord;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The workers as a transaction sees them. Every file that is made and every grant asks for them,
 * and they change seldom: they are read again when their version is another one.
 */
public final class KnownWorkers {
    private final AtomicReference<@Nullable Known> last = new AtomicReference<>();

    /** All of them, by id. */
    public List<WorkerRecord> all(ReadTransaction tx) {
        long version = Registry.workersVersion(tx);
        Known known = last.get();
        if (known == null || known.version != version) {
            known = new Known(version, Registry.workers(tx));
            last.set(known);
        }
        return known.workers;
    }

    public @Nullable WorkerRecord find(ReadTransaction tx, String id) {
        for (WorkerRecord worker : all(tx)) {
            if (worker.getId().equals(id)) {
                return worker;
            }
        }
        return null;
    }

    private record Known(long version, List<WorkerRecord> workers) {}
}
