package io.forebay.store;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What the disk's refusals mean to the caller. */
final class StorageFailures {
    private StorageFailures() {}

    static ForebayException of(IOException e, Path path) {
        return failure(e).with("path", path).with("cause", e);
    }

    private static ForebayException failure(IOException e) {
        if (e instanceof AccessDeniedException || mentions(e, "Read-only file system")) {
            return new ForebayException(
                    FailureKind.FAILURE_PERMISSION,
                    "The staging directory cannot be written; give it to the worker's user",
                    e);
        }
        if (mentions(e, "No space left") || mentions(e, "Disk quota exceeded")) {
            return new ForebayException(
                    FailureKind.FAILURE_NO_SPACE,
                    "The staging disk is full; free space on it or lower the staging capacity",
                    e);
        }
        if (mentions(e, "Too many open files")) {
            return new ForebayException(
                    FailureKind.FAILURE_TOO_MANY_FILES,
                    "Raise the worker's limit of open files",
                    e);
        }
        if (e instanceof NoSuchFileException) {
            return new ForebayException(
                    FailureKind.FAILURE_NOT_FOUND, "The staged file is not there", e);
        }
        return new ForebayException(
                FailureKind.FAILURE_UNAVAILABLE,
                "The staging disk failed; look at the kernel's log",
                e);
    }

    private static boolean mentions(IOException e, String text) {
        String message = e.getMessage();
        return message != null && message.contains(text);
    }
}
