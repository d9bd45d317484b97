package io.forebay.fuse;

import java.util.List;

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

    /**
     * Says which entries of a {@link Reply.Directory} fit into the reply, in order and before it is
     * sent: those with an entry count as looked up once, the others do not. "." and ".." come
     * without one, because the kernel never keeps theirs. When the kernel then refuses the whole
     * reply, a {@link Request.Forget} follows for each.
     */
    default void directoryTaken(Request.ReadDirectory request, List<Reply.DirectoryEntry> taken) {}

    /**
     * The thread's request is over: its answer is with the kernel, or was taken back by the
     * requests that undo it. Until then a process that takes this one's place may get it again.
     */
    default void answered() {}
}
