package io.forebay.mount.holder;

import io.forebay.mount.kept.KeptState;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.OpenFileLimit;
import io.forebay.transport.posix.UnixSocket;
import java.util.Map;
import java.util.TreeMap;

/** The descriptors that are held, by key. */
final class Shelf {
    /** What the mount process needs itself, and files that it opened at its limit all at once. */
    private static final int BESIDE = 128;

    private final int filesMax = OpenFileLimit.forOthers() + BESIDE;

    /** Guarded by this. */
    private final Map<Integer, NativeFile> files = new TreeMap<>();

    /** Above the limit of this process's open files a next mount process has to open it again. */
    synchronized void keep(int key, NativeFile file) {
        if (files.size() >= filesMax) {
            file.close();
            return;
        }
        NativeFile old = files.put(key, file);
        if (old != null) {
            old.close();
        }
    }

    synchronized void drop(int key) {
        NativeFile file = files.remove(key);
        if (file != null) {
            file.close();
        }
    }

    /** Whether there is a mount that another process can go on with. */
    synchronized boolean hasMount() {
        return files.containsKey(KeptState.DEVICE) && files.containsKey(KeptState.MEMORY);
    }

    /** Gives copies of all; they stay here as well. */
    synchronized void give(UnixSocket socket) {
        if (hasMount()) {
            files.forEach((key, file) -> new Frame(Frame.Kind.GIVEN, key, 0).send(socket, file));
        }
        new Frame(Frame.Kind.GIVEN_ALL, files.size(), 0).send(socket, null);
    }

    /** Closes all. The kernel ends the mount, if no process serves it. */
    synchronized void clear() {
        files.values().forEach(NativeFile::close);
        files.clear();
    }

    synchronized int size() {
        return files.size();
    }
}
