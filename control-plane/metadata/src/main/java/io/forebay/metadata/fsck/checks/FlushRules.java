package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.placement.Copies;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.proto.CopiesRecord;
import io.forebay.proto.FlushState;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.KeyRecord;
import io.forebay.proto.ObjectRecord;
import io.forebay.proto.OpenRecord;
import io.forebay.proto.TaskRecord;
import io.forebay.schema.Limits;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What must hold for where a file's content stands on its way to the bucket. */
final class FlushRules {
    private final View view;
    private final long ino;
    private final InodeRecord inode;
    private final List<Problem> found;

    private FlushRules(View view, long ino, InodeRecord inode, List<Problem> found) {
        this.view = view;
        this.ino = ino;
        this.inode = inode;
        this.found = found;
    }

    static void look(View view, long ino, InodeRecord inode, List<Problem> found) {
        new FlushRules(view, ino, inode, found).look();
    }

    private void look() {
        indexes();
        boolean linked = inode.getAttributes().getNlink() > 0;
        if (!linked && !inode.getNameable()) {
            return;
        }
        if (!inode.getOwner().isEmpty() && !view.knowsWorker(inode.getOwner())) {
            add(FindingCode.OWNER_UNKNOWN, "its worker is " + inode.getOwner(), null);
            return;
        }
        copies();
        if (!linked || !View.hasKey(inode)) {
            return;
        }
        dirty();
        switch (inode.getAttributes().getFlushState()) {
            case FLUSH_STATE_OPEN -> open();
            case FLUSH_STATE_QUEUED, FLUSH_STATE_UPLOADING, FLUSH_STATE_COMMITTING -> waiting();
            case FLUSH_STATE_FAILED -> {
                if (inode.getFlush().getNextRetryMillis() != 0) {
                    waiting();
                } else {
                    stuck(FindingCode.STUCK);
                }
            }
            case FLUSH_STATE_CONFLICT -> stuck(FindingCode.CONFLICT);
            case FLUSH_STATE_CLEAN -> clean();
            case FLUSH_STATE_TRANSIENT, FLUSH_STATE_UNSPECIFIED, UNRECOGNIZED -> {}
        }
    }

    private void add(FindingCode code, String detail, @Nullable Consumer<Space> repair) {
        found.add(Problem.of(code, ino, detail, repair));
    }

    private void indexes() {
        byte[] dirty = Inode.dirtyKey(view.ws(), inode);
        if (dirty != null && !view.has(dirty)) {
            add(
                    FindingCode.DIRTY_INDEX,
                    "it is not in the index",
                    space -> space.tx().set(dirty, new byte[0]));
        }
        if (inode.hasCopies() && !inode.getLeaving()) {
            Set<String> having = Inode.havingCopies(inode);
            for (String worker : having) {
                byte[] key = Keys.copied(view.ws(), worker, ino);
                if (!view.has(key)) {
                    add(
                            FindingCode.COPIES_INDEX,
                            "it is not in the index of " + worker,
                            space -> space.tx().set(key, new byte[0]));
                }
            }
        }
    }

    private void copies() {
        CopiesRecord copies = inode.getCopies();
        String queue = Copies.queue(inode.getOwner());
        if (copies.getAsked() > copies.getThere() && view.task(queue, Copies.task(ino)) == null) {
            add(
                    FindingCode.COPY_NOT_PLANNED,
                    copies.getThere() + " of " + copies.getAsked() + " were answered",
                    space -> Copies.plan(space, space.inode(ino), 0));
        }
    }

    /** A file is dirty exactly when its state is not CLEAN, or TRANSIENT, and it has a name. */
    private void dirty() {
        boolean counted = inode.getFlush().getDirtySinceMillis() != 0;
        boolean should =
                switch (inode.getAttributes().getFlushState()) {
                    case FLUSH_STATE_CLEAN, FLUSH_STATE_TRANSIENT, FLUSH_STATE_UNSPECIFIED -> false;
                    default -> true;
                };
        if (counted != should) {
            add(
                    FindingCode.DIRTY_INDEX,
                    should ? "it does not count as dirty" : "it counts as dirty",
                    space -> {
                        long since = should ? space.nowMillis() : 0;
                        space.inode(ino).flush().setDirtySinceMillis(since);
                    });
        }
    }

    private boolean hasUpload() {
        return view.task(inode.getOwner(), upload()) != null;
    }

    private TaskId upload() {
        return TaskId.of(TaskKind.UPLOAD, ino);
    }

    private void open() {
        boolean written =
                view.first(Keys.handles(view.ws(), ino), Limits.LINKS_MAX).stream()
                        .anyMatch(FlushRules::isWriting);
        TaskRecord settle = view.task(inode.getOwner(), TaskId.of(TaskKind.SETTLE, ino));
        if (!written && settle == null) {
            add(
                    FindingCode.OPEN_FOR_NOBODY,
                    "no mount has it open for writing",
                    space -> Flow.abandoned(space, space.inode(ino), true));
            return;
        }
        long cut = inode.getFlush().getCutGeneration();
        if (written && cut != 0 && inode.getObject().getGeneration() != cut && !hasUpload()) {
            add(
                    FindingCode.NOT_QUEUED,
                    "a close or fsync waits for its generation " + cut,
                    space -> Queue.put(space, inode.getOwner(), upload(), space.nowMillis()));
        }
    }

    private static boolean isWriting(KeyValue pair) {
        return Records.parse(pair.value(), OpenRecord.parser()).getWriting();
    }

    private void waiting() {
        if (isLost()) {
            add(FindingCode.CONTENT_LOST, "nobody has it", null);
        } else if (!hasUpload()) {
            FlushState state = inode.getAttributes().getFlushState();
            add(
                    FindingCode.NOT_QUEUED,
                    "it is " + state,
                    space -> Flow.queue(space, space.inode(ino), space.nowMillis()));
        }
    }

    private void stuck(FindingCode code) {
        String error = inode.getFlush().getError();
        add(
                isLost() ? FindingCode.CONTENT_LOST : code,
                error.isEmpty() ? "the upload was refused" : error,
                null);
    }

    private boolean isLost() {
        return !inode.getStaged() && !inode.getMaybeStaged() && !isStored();
    }

    /** Whether the bucket has the content under whatever key, as we know it. */
    private boolean isStored() {
        ObjectRecord object = inode.getObject();
        if (!inode.hasObject() || object.getGeneration() != inode.getAttributes().getGeneration()) {
            return false;
        }
        KeyRecord key = view.key(object.getKey());
        return key.getIno() == ino
                && key.getGeneration() == object.getGeneration()
                && !key.getEtag().isEmpty()
                && key.getEtag().equals(object.getEtag());
    }

    private void clean() {
        List<byte[]> path = view.path(ino);
        if (!isStored()) {
            boolean staged = inode.getStaged();
            add(
                    FindingCode.CLEAN_WITHOUT_OBJECT,
                    "its object is \"" + inode.getObject().getKey() + "\"",
                    staged
                            ? space -> Flow.queue(space, space.inode(ino), space.nowMillis())
                            : null);
        } else if (path != null
                && !ObjectKeys.of(path).equals(inode.getObject().getKey())
                && !view.isBeingWalked(ino)) {
            add(
                    FindingCode.KEY_BEHIND,
                    "its object is \"" + inode.getObject().getKey() + "\"",
                    space -> Flow.renamed(space, space.inode(ino), inode.getObject().getKey()));
        }
    }
}
