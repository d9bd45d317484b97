package io.forebay.fuse.jnr;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** Calls on paths: what needs no open file. */
final class NodeCalls {
    private static final int PERMISSIONS = 07777;

    private final Asking asking;
    private final Paths paths;
    private final Hidden hidden;
    private final FileCalls files;
    private final Predicate<Caller> renames;

    /**
     * @param renames whether the caller is in a rename(2) now, and not in an unlink(2)
     */
    NodeCalls(
            Asking asking, Paths paths, Hidden hidden, FileCalls files, Predicate<Caller> renames) {
        this.asking = asking;
        this.paths = paths;
        this.hidden = hidden;
        this.files = files;
        this.renames = renames;
    }

    Attributes attributes(Caller caller, byte[] path) {
        try (Node node = paths.find(caller, path)) {
            return node.attributes(caller);
        }
    }

    byte[] readLink(Caller caller, byte[] path) {
        try (Node node = paths.find(caller, path)) {
            Request request = new Request.ReadLink(asking.header(caller, node.id()));
            return asking.ask(request, Reply.Bytes.class).bytes();
        }
    }

    void makeNode(Caller caller, byte[] path, int mode, long rdev) {
        try (Paths.Place place = fresh(caller, path)) {
            made(
                    new Request.MakeNode(
                            at(caller, place), place.name(), mode, (int) rdev, caller.umask()));
        }
    }

    void makeDirectory(Caller caller, byte[] path, int mode) {
        try (Paths.Place place = fresh(caller, path)) {
            made(
                    new Request.MakeDirectory(
                            at(caller, place), place.name(), mode & PERMISSIONS, caller.umask()));
        }
    }

    void symLink(Caller caller, byte[] target, byte[] path) {
        try (Paths.Place place = fresh(caller, path)) {
            made(new Request.SymLink(at(caller, place), place.name(), target));
        }
    }

    void link(Caller caller, byte[] from, byte[] to) {
        try (Node node = paths.find(caller, from);
                Paths.Place place = fresh(caller, to)) {
            made(new Request.Link(at(caller, place), node.id(), place.name()));
        }
    }

    void unlink(Caller caller, byte[] path) {
        if (!hidden.drop(Paths.name(path))) {
            try (Paths.Place place = paths.place(caller, path)) {
                asking.done(new Request.Unlink(at(caller, place), place.name()));
            }
        }
    }

    void removeDirectory(Caller caller, byte[] path) {
        try (Paths.Place place = paths.place(caller, path)) {
            asking.done(new Request.RemoveDirectory(at(caller, place), place.name()));
        }
    }

    void rename(Caller caller, byte[] from, byte[] to) {
        if (Hidden.isName(Paths.name(to))) {
            hide(caller, from, Paths.name(to));
            return;
        }
        try (Paths.Place source = paths.place(caller, from);
                Paths.Place target = paths.place(caller, to)) {
            asking.done(
                    new Request.Rename(
                            at(caller, source),
                            source.name(),
                            target.directory().id(),
                            target.name(),
                            0));
        }
    }

    /**
     * libfuse puts an open file aside, before it is unlinked or before another one is renamed to
     * its name. In the second case nothing happens yet: that rename replaces it, in one step, or
     * fails and leaves it.
     */
    private void hide(Caller caller, byte[] path, byte[] hiddenName) {
        Node node = paths.find(caller, path);
        if (!files.isOpen(node.id())) {
            node.close();
            throw new FuseException(Errno.EPERM); // somebody else than libfuse wants that name
        }
        hidden.put(hiddenName, node);
        if (renames.test(caller)) {
            return;
        }
        boolean done = false;
        try (Paths.Place place = paths.place(caller, path)) {
            asking.done(new Request.Unlink(at(caller, place), place.name()));
            done = true;
        } finally {
            if (!done) {
                hidden.drop(hiddenName);
            }
        }
    }

    void setMode(Caller caller, byte[] path, int mode) {
        change(
                caller,
                path,
                change(
                        OptionalInt.of(mode & PERMISSIONS),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalLong.empty()));
    }

    /** An id of -1 stays as it is. */
    void setOwner(Caller caller, byte[] path, int uid, int gid) {
        change(caller, path, change(OptionalInt.empty(), id(uid), id(gid), OptionalLong.empty()));
    }

    void truncate(Caller caller, byte[] path, long size) {
        change(
                caller,
                path,
                change(
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalLong.of(size)));
    }

    void setTimes(Caller caller, byte[] path, SetTime atime, SetTime mtime) {
        change(
                caller,
                path,
                new Request.AttributeChange(
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalLong.empty(),
                        atime.nanos(),
                        mtime.nanos(),
                        atime.now(),
                        mtime.now(),
                        OptionalLong.empty(),
                        false));
    }

    Reply.FileSystemStatus status(Caller caller) {
        return asking.ask(
                new Request.StatFs(asking.header(caller, Node.ROOT_ID)),
                Reply.FileSystemStatus.class);
    }

    private void change(Caller caller, byte[] path, Request.AttributeChange change) {
        try (Node node = paths.find(caller, path)) {
            Request request = new Request.SetAttr(asking.header(caller, node.id()), change);
            Reply.Attr _ = asking.ask(request, Reply.Attr.class);
        }
    }

    private static Request.AttributeChange change(
            OptionalInt mode, OptionalInt uid, OptionalInt gid, OptionalLong size) {
        OptionalLong none = OptionalLong.empty();
        return new Request.AttributeChange(
                mode, uid, gid, size, none, none, false, false, none, false);
    }

    private static OptionalInt id(int id) {
        return id == -1 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** Where something new shall be; libfuse's own names are for nobody. */
    private Paths.Place fresh(Caller caller, byte[] path) {
        if (Hidden.isName(Paths.name(path))) {
            throw new FuseException(Errno.EPERM);
        }
        return paths.place(caller, path);
    }

    private Request.Header at(Caller caller, Paths.Place place) {
        return asking.header(caller, place.directory().id());
    }

    /** What was made is looked up by its name when it is next used. */
    private void made(Request request) {
        asking.forget(asking.ask(request, Reply.Entry.class).nodeId());
    }
}
