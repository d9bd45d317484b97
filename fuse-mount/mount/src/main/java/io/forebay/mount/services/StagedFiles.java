package io.forebay.mount.services;

import io.forebay.proto.Grant;
import io.forebay.transport.file.StagedHandle;
import java.util.function.Supplier;

/** Where staged files come from. */
@FunctionalInterface
public interface StagedFiles {
    /**
     * Opens the file that a grant is for: for reading, and for writing where the grant says so. The
     * caller closes it. Waits for bytes that have to come back from the bucket; an interrupt ends
     * the wait.
     *
     * @param again asks for another grant on the same file, for a worker that was restarted
     * @throws io.forebay.schema.ForebayException of the worker's kind; UNAVAILABLE when it does not
     *     answer
     */
    StagedHandle open(Grant grant, Supplier<Grant> again);

    /**
     * As {@link #open}, without the wait.
     *
     * @throws io.forebay.schema.ForebayException BUSY where it would have to wait
     */
    default StagedHandle openNow(Grant grant, Supplier<Grant> again) {
        return open(grant, again);
    }
}
