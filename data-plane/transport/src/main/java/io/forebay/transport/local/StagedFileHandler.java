package io.forebay.transport.local;

import io.forebay.transport.posix.NativeFile;

/** Decides what a token opens. Called by many threads at once. */
@FunctionalInterface
public interface StagedFileHandler {
    /**
     * Opens the staged file that the token is for. The server closes the answer after it was sent.
     *
     * @param atOnce fail as BUSY rather than wait for bytes of the bucket
     * @throws io.forebay.schema.ForebayException kind and message go to the client
     */
    NativeFile open(byte[] token, boolean atOnce);
}
