package io.forebay.persist.flush;

import io.forebay.proto.EndedTask;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict;
import io.forebay.proto.Task;
import java.time.Duration;
import java.util.List;

/**
 * The control plane's flush queue. Each method is the rpc of that name; the implementation adds the
 * worker's identity, and throws {@link io.forebay.schema.ForebayException} with the reply's failure
 * kind or {@code UNAVAILABLE}. The engine asks again after a failure, also after {@code STALE}: to
 * end a fenced worker is for the heartbeat's owner.
 */
public interface FlushControl {
    /**
     * Waits up to {@code wait} for at most {@code limit} tasks.
     *
     * @param oldestTry of a publication that the engine may still be at
     */
    List<Task> takeTasks(int limit, Duration wait, long oldestTry);

    /** One verdict for each intent, in order. */
    List<PublishVerdict> beginPublish(List<PublishIntent> intents, long oldestTry);

    void finishPublish(List<PublishOutcome> outcomes);

    void endTasks(List<EndedTask> tasks);
}
