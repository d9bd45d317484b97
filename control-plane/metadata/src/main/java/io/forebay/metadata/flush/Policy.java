package io.forebay.metadata.flush;

import com.google.protobuf.ByteString;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Space;
import io.forebay.proto.DurabilityMode;
import io.forebay.proto.FailureKind;
import io.forebay.proto.PathRule;
import io.forebay.proto.WorkspaceRecord;
import io.forebay.schema.ForebayException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a workspace promises for a path: its own durability, or that of the rule with the longest
 * path at or above it.
 *
 * @param replicas workers that have what is not in the bucket yet
 */
public record Policy(DurabilityMode mode, long flushDelayMillis, int replicas) {
    private static final long DELAY_MILLIS_MAX = TimeUnit.DAYS.toMillis(1);

    /** More would slow every close for a loss that nobody expects. */
    public static final int REPLICAS_MAX = 3;

    /** With one worker that has what is not in the bucket. */
    public Policy(DurabilityMode mode, long flushDelayMillis) {
        this(mode, flushDelayMillis, 1);
    }

    /** For an inode, by its own name; one without a name has the workspace's. */
    public static Policy of(Space space, long ino) {
        return of(space.tx(), space.workspace(), ino);
    }

    /** As {@link #of(Space, long)}. */
    public static Policy of(ReadTransaction tx, WorkspaceRecord workspace, long ino) {
        if (workspace.getRulesCount() == 0) {
            return own(workspace);
        }
        List<byte[]> path = Names.path(tx, workspace.getId(), ino);
        return path == null ? own(workspace) : of(workspace, path);
    }

    static Policy of(Space space, String key) {
        return of(space.workspace(), ObjectKeys.path(key));
    }

    public static Policy of(WorkspaceRecord workspace, List<byte[]> path) {
        if (workspace.getRulesCount() == 0) {
            return own(workspace);
        }
        List<ByteString> names = path.stream().map(ByteString::copyFrom).toList();
        Policy policy = own(workspace);
        int longest = 0;
        for (PathRule rule : workspace.getRulesList()) {
            int length = rule.getNamesCount();
            boolean within =
                    length <= names.size() && rule.getNamesList().equals(names.subList(0, length));
            if (within && length > longest) {
                longest = length;
                policy = of(rule);
            }
        }
        return policy;
    }

    public static Policy of(PathRule rule) {
        return new Policy(
                rule.getDurability(), rule.getFlushDelayMillis(), Math.max(1, rule.getReplicas()));
    }

    /** The workspace's own. */
    public static Policy own(WorkspaceRecord workspace) {
        DurabilityMode mode = workspace.getDurability();
        return new Policy(
                mode == DurabilityMode.DURABILITY_MODE_UNSPECIFIED
                        ? DurabilityMode.DURABILITY_MODE_WRITE_BACK
                        : mode,
                workspace.getFlushDelayMillis(),
                Math.max(1, workspace.getReplicas()));
    }

    /**
     * @throws ForebayException INVALID
     */
    public void check() {
        if (flushDelayMillis < 0 || flushDelayMillis > DELAY_MILLIS_MAX) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID, "A flush delay is between 0 and a day")
                    .with("millis", flushDelayMillis);
        }
        if (replicas < 1 || replicas > REPLICAS_MAX) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID,
                            "replicas is how many workers have the bytes: 1, 2 or 3")
                    .with("replicas", replicas);
        }
    }

    public boolean writeThrough() {
        return mode == DurabilityMode.DURABILITY_MODE_WRITE_THROUGH;
    }

    /** Whether a close and an fsync wait: for the bucket, or for other workers. */
    public boolean waits() {
        return writeThrough() || replicas > 1;
    }

    boolean keeps() {
        return mode == DurabilityMode.DURABILITY_MODE_TRANSIENT;
    }

    /** When a file that is closed now is to be uploaded. */
    long dueMillis(Space space) {
        return space.nowMillis() + (writeThrough() ? 0 : flushDelayMillis);
    }
}
