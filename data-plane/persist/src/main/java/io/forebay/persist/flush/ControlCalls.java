package io.forebay.persist.flush;

import io.forebay.persist.calls.Batcher;
import io.forebay.persist.calls.Pauses;
import io.forebay.proto.EndedTask;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict;
import io.forebay.schema.ForebayException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Calls to the control plane, many tasks' in one. */
final class ControlCalls {
    /** A batch's items: a transaction of the control plane handles as many in one go. */
    private static final int ITEMS_MAX = 64;

    private final Batcher<PublishIntent, PublishVerdict> begins;
    private final Batcher<PublishOutcome, Boolean> finishes;
    private final Batcher<List<EndedTask>, Boolean> ends;
    private final CountDownLatch closing;
    private final Duration patience;

    /** {@code patience} bounds how long a report is repeated to a control plane that is away. */
    ControlCalls(
            FlushControl control,
            Executor executor,
            CountDownLatch closing,
            Duration patience,
            Tries tries) {
        this.closing = closing;
        this.patience = patience;
        this.begins =
                new Batcher<>(
                        ITEMS_MAX,
                        executor,
                        intents -> control.beginPublish(intents, tries.oldest()));
        this.finishes =
                new Batcher<>(
                        ITEMS_MAX,
                        executor,
                        outcomes -> {
                            control.finishPublish(outcomes);
                            return outcomes.stream().map(each -> true).toList();
                        });
        this.ends =
                new Batcher<>(
                        ITEMS_MAX / 2, // an item is one or two reports
                        executor,
                        reports -> {
                            control.endTasks(reports.stream().flatMap(List::stream).toList());
                            return reports.stream().map(each -> true).toList();
                        });
    }

    PublishVerdict begin(PublishIntent intent) {
        return patiently(() -> begins.submit(intent));
    }

    void finish(PublishOutcome outcome) {
        patiently(() -> finishes.submit(outcome));
    }

    /** The reports of one task, in order and in one call. */
    void end(EndedTask... reports) {
        patiently(() -> ends.submit(List.of(reports)));
    }

    /** Reports may arrive twice: the control plane takes the second one for what it is. */
    private <T> T patiently(Supplier<T> call) {
        Pauses pauses = new Pauses(closing, patience);
        while (true) {
            try {
                return call.get();
            } catch (ForebayException e) {
                boolean passing =
                        switch (e.kind()) {
                            case FAILURE_UNAVAILABLE, FAILURE_BUSY -> true;
                            default -> false;
                        };
                if (!passing || !pauses.pause()) {
                    throw e;
                }
            }
        }
    }
}
