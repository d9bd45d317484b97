package io.forebay.mount.fs;

import io.forebay.mount.services.StagedFiles;
import io.forebay.proto.Grant;
import io.forebay.transport.posix.NativeFile;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Staged files in a directory, opened as the grants of the fake metadata say. */
record TempStagedFiles(Path directory) implements StagedFiles {
    @Override
    public NativeFile open(Grant grant, Supplier<Grant> again) {
        String[] claims = grant.getToken().toStringUtf8().split(" ", -1);
        int flags = Boolean.parseBoolean(claims[1]) ? NativeFile.O_RDWR : NativeFile.O_RDONLY;
        NativeFile created =
                NativeFile.open(path(claims[0]), NativeFile.O_RDWR | NativeFile.O_CREAT, 0600);
        if (Boolean.parseBoolean(claims[2])) {
            created.truncate(0);
        }
        created.close();
        return NativeFile.open(path(claims[0]), flags, 0);
    }

    Path path(long ino) {
        return path(Long.toString(ino));
    }

    private Path path(String ino) {
        return directory.resolve(ino);
    }
}
