package io.forebay.mount.services;

import io.forebay.proto.Grant;
import io.forebay.transport.posix.NativeFile;

/** Where staged files come from. */
@FunctionalInterface
public interface StagedFiles {
    /**
     * Opens the file that a grant is for: for reading, and for writing where the grant says so. The
     * caller closes it.
     *
     * @throws io.forebay.schema.ForebayException of the worker's kind; UNAVAILABLE when it does not
     *     answer
     */
    NativeFile open(Grant grant);
}
