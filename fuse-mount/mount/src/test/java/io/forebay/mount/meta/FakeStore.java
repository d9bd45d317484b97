package io.forebay.mount.meta;

import io.forebay.proto.AwaitStoredReply;
import io.forebay.proto.AwaitStoredRequest;
import io.forebay.proto.CommitRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.NodeReply;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** WRITE_THROUGH: what is waited for, and how that ends, as a test says. */
public final class FakeStore {
    private final List<Long> asked = new ArrayList<>();
    private @Nullable Function<AwaitStoredRequest, FailureKind> answer;
    private long generation;

    /** From now on all files are to be stored. */
    public synchronized void answer(Function<AwaitStoredRequest, FailureKind> next) {
        answer = next;
    }

    synchronized boolean isOn() {
        return answer != null;
    }

    /** What was waited for so far. */
    public synchronized List<Long> asked() {
        return List.copyOf(asked);
    }

    /** Each commit that is to be stored is another generation. */
    synchronized NodeReply committed(CommitRequest request, NodeReply reply) {
        return request.getStore() && isOn()
                ? reply.toBuilder().setStoredGeneration(++generation).build()
                : reply;
    }

    AwaitStoredReply await(AwaitStoredRequest request) {
        Function<AwaitStoredRequest, FailureKind> now;
        synchronized (this) {
            asked.add(request.getGeneration());
            now = answer;
        }
        FailureKind failure = now == null ? FailureKind.FAILURE_NONE : now.apply(request);
        return AwaitStoredReply.newBuilder().setFailure(failure).setSinceMillis(9).build();
    }
}
