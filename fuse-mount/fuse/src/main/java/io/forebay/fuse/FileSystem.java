package io.forebay.fuse;

/**
 * What a mount serves. Called by several reader threads at once; each call runs on the thread that
 * read the request and must return one reply, of the kind that the request names.
 */
public interface FileSystem {
    /**
     * Answers one request.
     *
     * @throws FuseException with the errno to answer; any other exception is answered EIO and
     *     logged
     */
    Reply handle(Request request);
}
