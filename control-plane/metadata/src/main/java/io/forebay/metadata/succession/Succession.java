package io.forebay.metadata.succession;

import io.forebay.metadata.flush.Settling;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Transaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.placement.Copies;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.observability.EventName;
import io.forebay.proto.CopiesRecord;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.TaskRecord;
import io.forebay.proto.WorkerRecord;
import io.forebay.proto.WorkspaceRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Who takes the place of a worker that is lost, or that came back with another disk. Of files with
 * copies one of those becomes the owner, so that the lost one, should it only have been cut off,
 * publishes and commits nothing of them any more; lost copies are made anew; and objects that it
 * was to remove are removed by another worker.
 */
public final class Succession {
    private static final System.Logger LOG = System.getLogger(Succession.class.getName());

    private static final int PAGE = 100;

    private final Database database;
    private final long lostMillis;
    private final AtomicLong promoted = new AtomicLong();

    /**
     * @param lost how long a worker may be silent before another one takes its place; a restart
     *     takes less
     */
    public Succession(Database database, Duration lost) {
        this.database = database;
        this.lostMillis = lost.toMillis();
    }

    /** How long a worker may be silent before another one takes its place. */
    public long lostMillis() {
        return lostMillis;
    }

    /** Files that got another owner since this process began. */
    public long promoted() {
        return promoted.get();
    }

    /** Looks once at all that such workers have. */
    public void step() {
        List<WorkerRecord> all = database.read(Registry::workers);
        long now = database.nowMillis();
        Set<String> healthy =
                all.stream()
                        .filter(worker -> Registry.healthy(worker, now) && !worker.getEmptied())
                        .map(WorkerRecord::getId)
                        .collect(Collectors.toSet());
        List<WorkspaceRecord> workspaces = database.read(Registry::workspaces);
        for (WorkerRecord worker : all) {
            boolean lost = now - worker.getLastSeenMillis() > lostMillis;
            if (lost || worker.getEmptied()) {
                Search search = new Search(worker, lost, healthy);
                boolean done = true;
                for (WorkspaceRecord workspace : workspaces) {
                    done &= replace(workspace.getId(), search);
                }
                if (done && worker.getEmptied()) {
                    database.transact(tx -> refilled(tx, worker));
                }
            }
        }
    }

    /**
     * A worker whose files are to have others.
     *
     * @param lost it does not answer; else its disk is another one
     * @param healthy who can take its place
     */
    private record Search(WorkerRecord worker, boolean lost, Set<String> healthy) {
        String id() {
            return worker.getId();
        }

        boolean isGone(CopiesRecord copies, boolean owner) {
            return lost || Copies.isEmptied(copies, owner, worker);
        }
    }

    /** Unless it was emptied once more meanwhile. */
    private static boolean refilled(Transaction tx, WorkerRecord worker) {
        WorkerRecord now = Registry.worker(tx, worker.getId());
        if (now != null && now.getStagingId().equals(worker.getStagingId())) {
            Registry.put(tx, now.toBuilder().setEmptied(false).build());
        }
        return true;
    }

    /** Whether nothing is left of what the worker had. */
    private boolean replace(long ws, Search search) {
        Tuple.Range range = Keys.copied(ws, search.id());
        byte[] begin = range.begin();
        List<KeyValue> page;
        long count = 0;
        boolean done = true;
        do {
            byte[] from = begin;
            page = database.read(tx -> tx.getRange(from, range.end(), PAGE));
            List<Long> inos =
                    page.stream().map(pair -> Tuple.unpack(pair.key()).number(3)).toList();
            Found found = database.read(tx -> look(tx, ws, search, inos));
            if (!found.able().isEmpty()) {
                count += database.changeOr(ws, 0L, space -> replace(space, search, found.able()));
            }
            done &= !found.others();
            begin = page.isEmpty() ? begin : Tuple.after(page.getLast().key());
        } while (page.size() == PAGE);
        if (count > 0) {
            promoted.addAndGet(count);
            LOG.log(
                    System.Logger.Level.WARNING,
                    EventName.OWNER_REPLACED.line(
                            "workspace", ws, "worker", search.id(), "files", count));
        }
        if (search.lost()) {
            moveRemovals(ws, search.id(), search.healthy());
        }
        return done;
    }

    /**
     * Files that the worker does not have any more as it should.
     *
     * @param able those that can be helped: of the others nothing is written, again and again
     * @param others whether there are such
     */
    private record Found(List<Long> able, boolean others) {}

    private static Found look(ReadTransaction tx, long ws, Search search, List<Long> inos) {
        List<Long> able = new ArrayList<>();
        boolean others = false;
        for (long ino : inos) {
            InodeRecord inode = Inode.read(tx, ws, ino);
            boolean owner = inode != null && inode.getOwner().equals(search.id());
            if (inode == null || !search.isGone(inode.getCopies(), owner)) {
                continue;
            }
            if (owner ? hasHeir(inode, search) : canReplace(inode, search)) {
                able.add(ino);
            } else {
                others = true;
            }
        }
        return new Found(able, others);
    }

    private static boolean hasHeir(InodeRecord inode, Search search) {
        return inode.getCopies().getCopiesList().stream()
                .anyMatch(copy -> search.healthy().contains(copy.getWorker()));
    }

    /** A lost copy is made anew by its owner. */
    private static boolean canReplace(InodeRecord inode, Search search) {
        return !search.lost() || search.healthy().contains(inode.getOwner());
    }

    private static long replace(Space space, Search search, List<Long> inos) {
        long count = 0;
        for (long ino : inos) {
            Inode inode = space.find(ino);
            if (inode == null) {
                continue;
            }
            boolean owner = inode.owner().equals(search.id());
            if (!search.isGone(inode.record().getCopies(), owner)) {
                continue;
            }
            if (owner) {
                Optional<String> successor = Copies.successor(inode, search.healthy()::contains);
                successor.ifPresent(heir -> promote(space, inode, heir));
                count += successor.isPresent() ? 1 : 0;
            } else if (search.lost()) {
                Copies.hurry(space, inode);
            } else {
                Copies.lost(space, inode, search.id());
            }
        }
        return count;
    }

    private static void promote(Space space, Inode inode, String worker) {
        String before = inode.owner();
        for (TaskKind kind : List.of(TaskKind.UPLOAD, TaskKind.SETTLE, TaskKind.DROP_STAGED)) {
            move(space, before, worker, TaskId.of(kind, inode.ino()));
        }
        Copies.promote(space, inode, worker);
        Settling.inherited(space, inode);
    }

    /** Removals are about keys, which any worker can do; a file's other work stays with it. */
    private void moveRemovals(long ws, String lost, Set<String> healthy) {
        Optional<String> other = healthy.stream().min(String::compareTo);
        if (other.isEmpty()) {
            return;
        }
        byte[] after = new byte[0];
        List<Queue.Queued> page;
        do {
            byte[] from = after;
            page = database.read(tx -> Queue.page(tx, ws, lost, from, PAGE));
            List<TaskId> removals =
                    page.stream()
                            .map(Queue.Queued::task)
                            .filter(task -> task.kind() == TaskKind.REMOVE_OBJECT)
                            .toList();
            if (!removals.isEmpty()) {
                database.changeOr(ws, false, space -> move(space, lost, other.get(), removals));
            }
            after = page.isEmpty() ? after : page.getLast().position();
        } while (page.size() == PAGE);
    }

    private static boolean move(Space space, String from, String to, List<TaskId> tasks) {
        tasks.forEach(task -> move(space, from, to, task));
        return true;
    }

    private static void move(Space space, String from, String to, TaskId task) {
        TaskRecord record = Queue.find(space, from, task);
        if (record != null) {
            Queue.remove(space, from, task);
            Queue.put(space, to, task, record.toBuilder().setLeased(false).build());
        }
    }
}
