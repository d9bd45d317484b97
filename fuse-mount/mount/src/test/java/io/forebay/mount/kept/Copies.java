package io.forebay.mount.kept;

import io.forebay.transport.posix.NativeFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A holder in this process: by key, a copy of what it was given. */
public final class Copies implements Descriptors {
    private final Map<Integer, NativeFile> files = new HashMap<>();

    @Override
    public synchronized void keep(int key, NativeFile file) {
        drop(key);
        files.put(key, copy(file));
    }

    @Override
    public synchronized void drop(int key) {
        NativeFile file = files.remove(key);
        if (file != null) {
            file.close();
        }
    }

    /** As a holder gives them to the next process. */
    public synchronized Map<Integer, NativeFile> given() {
        Map<Integer, NativeFile> copies = new HashMap<>();
        files.forEach((key, file) -> copies.put(key, copy(file)));
        return copies;
    }

    @Nullable NativeFile get(int key) {
        return files.get(key);
    }

    int count() {
        return files.size();
    }

    private static NativeFile copy(NativeFile file) {
        Path path = Path.of("/proc/self/fd/" + file.descriptor());
        return NativeFile.open(path, NativeFile.O_RDWR, 0);
    }
}
