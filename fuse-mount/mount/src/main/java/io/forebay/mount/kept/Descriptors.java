package io.forebay.mount.kept;

import io.forebay.transport.posix.NativeFile;

/** Keeps copies of open descriptors beyond the death of this process. For any thread. */
public interface Descriptors {
    /** Nobody keeps anything. */
    Descriptors NONE =
            new Descriptors() {
                @Override
                public void keep(int key, NativeFile file) {}

                @Override
                public void drop(int key) {}
            };

    /** Returns when the copy is safe, whatever happens to this process then. */
    void keep(int key, NativeFile file);

    void drop(int key);
}
