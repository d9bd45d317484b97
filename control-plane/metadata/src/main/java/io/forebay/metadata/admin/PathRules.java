package io.forebay.metadata.admin;

import com.google.protobuf.ByteString;
import io.forebay.metadata.flush.Policy;
import io.forebay.metadata.flush.Rekey;
import io.forebay.metadata.kv.KeyValueStore.Durability;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.Space;
import io.forebay.proto.DurabilityMode;
import io.forebay.proto.FailureKind;
import io.forebay.proto.PathRule;
import io.forebay.proto.WorkspaceRecord;
import io.forebay.schema.ForebayException;
import io.forebay.schema.Limits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The durability of a workspace and of its paths. A change holds for files that are opened after
 * it, and those that are closed are brought to where it wants them.
 */
public final class PathRules {
    /** Each is compared at every open and close. */
    static final int RULES_MAX = 100;

    private final Database database;

    public PathRules(Database database) {
        this.database = database;
    }

    /**
     * Sets the durability of a path and all below it, whether or not anything is there; of the
     * whole workspace where the path is empty.
     *
     * @throws ForebayException INVALID, also where there are too many rules
     */
    public void set(long workspaceId, byte[] path, Wish wish) {
        List<byte[]> names = Names.split(path);
        database.change(
                workspaceId,
                Durability.POWER_LOSS,
                space -> {
                    Policy policy = wish.over(Policy.own(space.workspace()));
                    policy.check();
                    WorkspaceRecord.Builder changed = space.workspace().toBuilder();
                    if (names.isEmpty()) {
                        changed.setDurability(policy.mode())
                                .setFlushDelayMillis(policy.flushDelayMillis())
                                .setReplicas(policy.replicas());
                    } else {
                        drop(changed, isOf(names));
                        changed.addRules(rule(names, policy));
                    }
                    if (changed.getRulesCount() > RULES_MAX) {
                        throw new ForebayException(
                                        FailureKind.FAILURE_INVALID,
                                        "A workspace has at most 100 path rules: remove one, or"
                                                + " set one for a directory above")
                                .with("rules", changed.getRulesCount());
                    }
                    return save(space, names, changed);
                });
    }

    /**
     * Takes a path's own rule away.
     *
     * @throws ForebayException NOT_FOUND where it has none
     */
    public void remove(long workspaceId, byte[] path) {
        List<byte[]> names = Names.split(path);
        database.change(
                workspaceId,
                Durability.POWER_LOSS,
                space -> {
                    WorkspaceRecord.Builder changed = space.workspace().toBuilder();
                    if (!drop(changed, isOf(names))) {
                        throw new ForebayException(
                                FailureKind.FAILURE_NOT_FOUND,
                                "The path has no rule of its own: see the workspace's rules");
                    }
                    return save(space, names, changed);
                });
    }

    /** Closed files are looked at again in the background, as after a rename. */
    private static boolean save(Space space, List<byte[]> names, WorkspaceRecord.Builder changed) {
        space.tx().set(Keys.workspace(space.id()), changed.build().toByteArray());
        Long ino = Names.resolve(space.tx(), space.id(), names);
        if (ino != null) {
            boolean directory = space.inode(ino).directory();
            Rekey.start(space, directory ? ino : above(space, names));
        }
        return true;
    }

    private static long above(Space space, List<byte[]> names) {
        List<byte[]> directory = names.subList(0, names.size() - 1);
        Long ino = Names.resolve(space.tx(), space.id(), directory);
        return ino == null ? Limits.ROOT_INO : ino;
    }

    private static boolean drop(WorkspaceRecord.Builder workspace, Predicate<PathRule> which) {
        List<PathRule> left = new ArrayList<>(workspace.getRulesList());
        boolean any = left.removeIf(which);
        workspace.clearRules().addAllRules(left);
        return any;
    }

    private static Predicate<PathRule> isOf(List<byte[]> names) {
        List<ByteString> wanted = names.stream().map(ByteString::copyFrom).toList();
        return rule -> rule.getNamesList().equals(wanted);
    }

    /** For people, by path. */
    static List<WorkspaceView.Rule> shown(WorkspaceRecord workspace) {
        return workspace.getRulesList().stream()
                .map(rule ->
                        new WorkspaceView.Rule(
                                rule.getNamesList().stream()
                                        .map(ByteString::toStringUtf8)
                                        .collect(Collectors.joining("/")),
                                Policy.of(rule)))
                .sorted(Comparator.comparing(WorkspaceView.Rule::path))
                .toList();
    }

    private static PathRule rule(List<byte[]> names, Policy policy) {
        PathRule.Builder rule =
                PathRule.newBuilder()
                        .setDurability(policy.mode())
                        .setFlushDelayMillis(policy.flushDelayMillis())
                        .setReplicas(policy.replicas());
        names.forEach(name -> rule.addNames(ByteString.copyFrom(name)));
        return rule.build();
    }

    /** What is wished for a path; the workspace's own holds for what is left empty. */
    public record Wish(DurabilityMode mode, OptionalLong flushDelayMillis, OptionalInt replicas) {
        private Policy over(Policy own) {
            return new Policy(
                    mode,
                    flushDelayMillis.orElse(own.flushDelayMillis()),
                    replicas.orElse(own.replicas()));
        }
    }
}
