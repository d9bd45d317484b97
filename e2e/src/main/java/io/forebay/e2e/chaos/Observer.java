package io.forebay.e2e.chaos;

import io.forebay.e2e.chaos.site.Bucket;
import io.forebay.e2e.chaos.site.Notes;
import io.forebay.e2e.relay.Moment;
import io.forebay.e2e.relay.StoreCall;
import io.forebay.e2e.relay.Verdict;
import io.forebay.e2e.relay.Watch;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Looks at each object that has changed before anybody hears of it, and sets traps. */
final class Observer implements Watch {
    /** With which a worker tries whether it can use a bucket. */
    private static final String PROBES = ".forebay-probe-";

    private final Ledger ledger;
    private final Bucket bucket;
    private final Notes notes;
    private final AtomicReference<Optional<Trap>> trap = new AtomicReference<>(Optional.empty());

    Observer(Ledger ledger, Bucket bucket, Notes notes) {
        this.ledger = ledger;
        this.bucket = bucket;
        this.notes = notes;
    }

    void note(String line) {
        notes.add(line);
    }

    void set(Trap next) {
        trap.set(Optional.of(next));
    }

    void clear() {
        trap.set(Optional.empty());
    }

    @Override
    public Verdict at(Moment moment, StoreCall call) {
        if (call.kind() != StoreCall.Kind.OTHER) {
            notes.add(moment + " " + call.kind() + " " + call.key());
        }
        if (moment == Moment.DONE
                && call.kind().changesObject()
                && !call.key().startsWith(PROBES)) {
            look(call.key());
        }
        return trap.get().map(each -> each.ask(moment, call)).orElse(Verdict.GO_ON);
    }

    /** One at a time: what was read first is noted first. */
    synchronized void look(String key) {
        String state = bucket.state(key);
        notes.add(key + " is " + Ledger.brief(state));
        ledger.observe(key, state);
    }
}
