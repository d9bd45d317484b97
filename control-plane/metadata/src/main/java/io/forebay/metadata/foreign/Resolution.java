package io.forebay.metadata.foreign;

import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.flush.KeyStates;
import io.forebay.metadata.fs.Removal;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.InodeNumbers;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Space;
import io.forebay.proto.ConflictRecord;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushState;
import io.forebay.schema.ForebayException;
import io.forebay.schema.Limits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The end of a conflict, as a person decides it. One transaction, in the file's state of then. */
public final class Resolution {
    /** Behind the name of the file whose path others' object got. */
    private static final String SUFFIX = ".forebay-ours";

    /** Copies of one name that stand beside it; then a person tidies up first. */
    private static final int SIBLINGS_MAX = 1_000;

    private final Database database;
    private final InodeNumbers numbers;

    public Resolution(Database database, InodeNumbers numbers) {
        this.database = database;
        this.numbers = numbers;
    }

    /**
     * What is where now; paths without a leading '/', empty for what is not kept.
     *
     * @param ours where the file's content is
     * @param theirs where the others' object is
     */
    public record Resolved(String ours, String theirs) {}

    /**
     * A decision.
     *
     * @param etag of the object that it is about, empty where that was deleted; null: whatever was
     *     seen last
     */
    public record Decision(Keep keep, @Nullable String etag) {}

    /**
     * @throws ForebayException CONFLICT where it is about another object by now; NOT_FOUND without
     *     a file at the path; INVALID where it is in no conflict, or nobody has what is to be kept
     */
    public Resolved resolve(long workspaceId, byte[] path, Decision decision) {
        long ino = numbers.next(workspaceId);
        try {
            return database.change(workspaceId, space -> resolve(space, path, decision, ino));
        } catch (Refusal refusal) {
            throw new ForebayException(refusal.kind(), "There is no such workspace any more.");
        }
    }

    private static Resolved resolve(Space space, byte[] path, Decision decision, long ino) {
        Inode file = file(space, path);
        ConflictRecord conflict = file.flush().getConflict();
        List<byte[]> own = Objects.requireNonNull(Names.path(space.tx(), space.id(), file.ino()));
        String key = ObjectKeys.of(own);
        if (file.state() != FlushState.FLUSH_STATE_CONFLICT || !conflict.getKey().equals(key)) {
            throw invalid(
                    "The file is in no conflict: ask for its flushState, it may have moved on.",
                    path);
        }
        if (!file.regular() && decision.keep() != Keep.OURS) {
            throw invalid(
                    "Of what is no regular file only ours can be kept: rename it to keep both.",
                    path);
        }
        boolean nameless = conflict.getSeen().getThere() && conflict.getSeen().getEtag().isEmpty();
        if (nameless) {
            throw invalid("The object has no ETag: copy it onto itself, and decide then.", path);
        }
        String seen = decision.etag();
        if (seen != null && !seen.equals(conflict.getSeen().getEtag())) {
            throw new ForebayException(
                            FailureKind.FAILURE_CONFLICT,
                            "Somebody changed the object again: look at the conflict, and decide.")
                    .with("path", text(path));
        }
        return switch (decision.keep()) {
            case OURS -> ours(space, file, own);
            case THEIRS -> theirs(space, file, own, ino);
            case BOTH -> both(space, file, own, ino);
        };
    }

    private static Inode file(Space space, byte[] path) {
        Long ino = Names.resolve(space.tx(), space.id(), Names.split(path));
        Inode file = ino == null ? null : space.find(ino);
        if (file == null || !file.hasKey()) {
            throw new ForebayException(
                            FailureKind.FAILURE_NOT_FOUND,
                            "There is no file at that path: give one that is in the workspace.")
                    .with("path", text(path));
        }
        return file;
    }

    private static Resolved ours(Space space, Inode file, List<byte[]> path) {
        requireContent(space, file);
        file.flush().getConflictBuilder().setOurs(true);
        Flow.queue(space, file, space.nowMillis());
        return new Resolved(joined(path), "");
    }

    private static Resolved theirs(Space space, Inode file, List<byte[]> path, long ino) {
        ConflictRecord conflict = file.flush().getConflict();
        if (conflict.getSeen().getThere()) {
            requireFits(file, path);
            Replacement.replace(space, file, conflict.getKey(), conflict.getSeen(), ino);
            return new Resolved("", joined(path));
        }
        Names.Place place = Objects.requireNonNull(Names.place(space.tx(), space.id(), file.ino()));
        Inode parent = space.directory(place.parent());
        Removal.drop(space, parent, place.name(), file);
        parent.touch(space.nowNanos(), true);
        return new Resolved("", "");
    }

    /** Theirs is where it is; ours moves, which costs nothing but an upload that waits anyway. */
    private static Resolved both(Space space, Inode file, List<byte[]> path, long ino) {
        requireContent(space, file);
        ConflictRecord conflict = file.flush().getConflict();
        Names.Place place = Objects.requireNonNull(Names.place(space.tx(), space.id(), file.ino()));
        byte[] sibling = sibling(space, place);
        Names.move(space, place, new Names.Place(place.parent(), sibling), file);
        Inode parent = space.directory(place.parent());
        String theirs = "";
        if (conflict.getSeen().getThere()) {
            Inode fresh = Replacement.like(space, file, conflict.getSeen().getSize(), ino);
            fresh.attributes().setNlink(1);
            Names.link(space, place.parent(), place.name(), fresh);
            Replacement.own(space, fresh, conflict.getKey(), conflict.getSeen());
            theirs = joined(path);
        }
        file.flush().clearConflict();
        file.touch(space.nowNanos(), false);
        parent.touch(space.nowNanos(), true);
        Flow.renamed(space, file, conflict.getKey());
        List<byte[]> moved = Names.path(space.tx(), space.id(), file.ino());
        return new Resolved(joined(Objects.requireNonNull(moved)), theirs);
    }

    /** A free name beside it: the name, the suffix, and from the second on a number. */
    private static byte[] sibling(Space space, Names.Place place) {
        for (int i = 1; i <= SIBLINGS_MAX; i++) {
            byte[] suffix = (SUFFIX + (i == 1 ? "" : "-" + i)).getBytes(StandardCharsets.UTF_8);
            byte[] name = cut(place.name(), Limits.NAME_BYTES_MAX - suffix.length);
            byte[] all = Arrays.copyOf(name, name.length + suffix.length);
            System.arraycopy(suffix, 0, all, name.length, suffix.length);
            if (Names.find(space.tx(), space.id(), place.parent(), all) == null) {
                return all;
            }
        }
        throw invalid(
                "There are as many copies beside the file as may be: move some.", place.name());
    }

    /** Never within a character of UTF-8. */
    private static byte[] cut(byte[] name, int max) {
        int end = Math.min(name.length, max);
        while (end < name.length && end > 1 && (name[end] & 0xC0) == 0x80) {
            end--;
        }
        return Arrays.copyOf(name, end);
    }

    private static void requireContent(Space space, Inode file) {
        boolean staged = file.record().getStaged() || file.record().getMaybeStaged();
        String key = file.object().getKey();
        boolean stored =
                file.uploaded()
                        && KeyStates.isObjectOf(key, KeyStates.load(space, key), file)
                        && !key.equals(file.flush().getConflict().getKey());
        if (!staged && !stored) {
            throw new ForebayException(
                    FailureKind.FAILURE_INVALID,
                    "Neither a worker nor the bucket has the file's content any more: keep theirs,"
                            + " or write the file again.");
        }
        file.record().setStaged(staged);
    }

    private static void requireFits(Inode file, List<byte[]> path) {
        if (!Replacement.fits(file)) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID,
                            "The file has over 1,000 names: keep ours or both, or remove some.")
                    .with("path", joined(path));
        }
    }

    private static ForebayException invalid(String message, byte[] path) {
        return new ForebayException(FailureKind.FAILURE_INVALID, message).with("path", text(path));
    }

    private static String joined(List<byte[]> path) {
        return String.join("/", path.stream().map(Resolution::text).toList());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
