package io.forebay.mount;

import static java.lang.System.Logger.Level.ERROR;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FileSystem;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.observability.EventName;
import java.util.List;

/** Counts requests, bytes and failures on their way to another file system. */
record CountingFileSystem(FileSystem next, MountMetrics metrics) implements FileSystem {
    private static final System.Logger LOG = System.getLogger(CountingFileSystem.class.getName());

    @Override
    public Reply handle(Request request) {
        metrics.request(request.getClass().getSimpleName());
        try {
            Reply reply = next.handle(request);
            if (reply instanceof Reply.Data data) {
                metrics.read(data.data().byteSize());
            } else if (reply instanceof Reply.Written written) {
                metrics.written(written.bytes());
            }
            return reply;
        } catch (FuseException e) {
            if (e.errno() == Errno.EIO) {
                metrics.error();
            }
            throw e;
        } catch (RuntimeException e) {
            metrics.error();
            LOG.log(ERROR, EventName.REQUEST_FAILED.line("request", name(request)), e);
            throw new FuseException(Errno.EIO);
        }
    }

    @Override
    public void directoryTaken(Request.ReadDirectory request, List<Reply.DirectoryEntry> taken) {
        next.directoryTaken(request, taken);
    }

    @Override
    public void answered() {
        next.answered();
    }

    private static String name(Request request) {
        return request.getClass().getSimpleName();
    }
}
