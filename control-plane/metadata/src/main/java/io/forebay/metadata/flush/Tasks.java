package io.forebay.metadata.flush;

import io.forebay.metadata.kv.Unfinished;
import io.forebay.proto.EndTasksReply;
import io.forebay.proto.EndTasksRequest;
import io.forebay.proto.TakeTasksReply;
import io.forebay.proto.TakeTasksRequest;

/** The work of the workers. */
public final class Tasks {
    /** Hands out what is due, without waiting; STALE for a fenced worker. */
    public TakeTasksReply takeTasks(TakeTasksRequest request) {
        return Unfinished.mark();
    }

    public EndTasksReply endTasks(EndTasksRequest request) {
        return Unfinished.mark();
    }

    /** A number that grows when there is new work for the worker; to be read before takeTasks. */
    public long workCount(String workerId) {
        return Unfinished.mark();
    }

    /** Waits until {@link #workCount} differs from {@code seen} or the time is over. */
    public void awaitWork(String workerId, long seen, long timeoutMillis) throws InterruptedException {
        Unfinished.mark();
    }
}
