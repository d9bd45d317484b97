package io.forebay.fuse.session;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FileSystem;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.fuse.posix.Device;
import io.forebay.fuse.posix.Pages;
import io.forebay.fuse.wire.InHeader;
import io.forebay.fuse.wire.Opcode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One reader thread: takes a request, lets the file system answer it, writes the answer. */
final class RequestLoop implements Runnable {
    private static final System.Logger LOG = System.getLogger(RequestLoop.class.getName());
    private static final int PAGE_BYTES = 4096;

    /** XATTR_SIZE_MAX and XATTR_LIST_MAX of linux/limits.h; names fit into the page beside it. */
    private static final int XATTR_BYTES_MAX = 65_536;

    /** The headers of a WRITE; the buffer begins so far before a page that its data fills pages. */
    private static final int WRITE_HEADER_BYTES = 80;

    /** The longest answer that can come later: a created file with its open. */
    private static final int LATER_BYTES = 512;

    private final Device device;
    private final FileSystem fileSystem;
    private final Waiting waiting;
    private final int transferBytes;

    /** Id of the request that is being answered; 0: none. */
    private volatile long current;

    private volatile int currentOpcode;
    private volatile boolean stopping;

    /**
     * @param waiting shared by all loops of the device
     * @param transferBytes the most that one READ or WRITE moves
     */
    RequestLoop(Device device, FileSystem fileSystem, Waiting waiting, int transferBytes) {
        this.device = device;
        this.fileSystem = fileSystem;
        this.waiting = waiting;
        this.transferBytes = Math.max(transferBytes, XATTR_BYTES_MAX);
    }

    /** Reads no further request once the present one is answered. */
    void stop() {
        stopping = true;
    }

    boolean isStopped() {
        return stopping;
    }

    /** What is being answered now; null: nothing. */
    FuseSession.@Nullable InFlight inFlight(Thread thread) {
        long id = current;
        return id == 0 ? null : new FuseSession.InFlight(thread, id, currentOpcode);
    }

    /** Ends when the mount does, or after {@link #stop}. */
    @Override
    public void run() {
        try (Arena arena = Arena.ofShared()) {
            // A process that is killed while the kernel waits for a page of it to put a request in
            // takes the request with it: its caller gets EIO (fuse_dev_do_read, __get_user_pages).
            MemorySegment memory = Pages.allocatePresent(arena, 2L * PAGE_BYTES + transferBytes);
            MemorySegment request = memory.asSlice(PAGE_BYTES - WRITE_HEADER_BYTES);
            // Hardly a thread has a large answer, and what it wrote is there: pages come as needed.
            ReplyEncoder encoder =
                    new ReplyEncoder(Pages.allocate(arena, (long) PAGE_BYTES + transferBytes));
            MemorySegment vectors = arena.allocate(Device.VECTORS_SIZE, Long.BYTES);
            long read = device.read(request);
            while (read > 0 || isPassing(read)) {
                if (read >= InHeader.SIZE) {
                    answer(request.asSlice(0, read), encoder, vectors);
                }
                if (stopping) {
                    return;
                }
                read = device.read(request);
            }
            if (read < 0 && read != -Errno.ENODEV.number()) {
                LOG.log(System.Logger.Level.ERROR, "the FUSE device failed errno={0}", -read);
            }
        }
    }

    /** A signal, or a request that its caller gave up before it was read. */
    private static boolean isPassing(long read) {
        return read == -Errno.EINTR.number()
                || read == -Errno.EAGAIN.number()
                || read == -Errno.ENOENT.number();
    }

    /** Nothing that a file system does may end the thread. */
    private void answer(MemorySegment message, ReplyEncoder encoder, MemorySegment vectors) {
        InHeader header = new InHeader(message);
        currentOpcode = header.opcode();
        current = header.unique();
        try {
            switch (header.opcode()) {
                case Opcode.FORGET -> tell(RequestDecoder.decode(message));
                case Opcode.BATCH_FORGET -> RequestDecoder.forgets(message).forEach(this::tell);
                case Opcode.INTERRUPT -> waiting.interrupt(RequestDecoder.interrupted(message));
                case Opcode.NOTIFY_REPLY -> {}
                case Opcode.DESTROY ->
                        device.write(encoder.encode(header.unique(), new Reply.Ok()));
                default -> answerOne(RequestDecoder.decode(message), encoder, vectors);
            }
        } catch (Throwable failure) {
            refuse(header, encoder, failure);
        } finally {
            fileSystem.answered();
            current = 0;
        }
    }

    /** What the kernel expects no answer to: one failure must not keep the next from being told. */
    private void tell(Request request) {
        try {
            handle(request);
        } catch (Throwable failure) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    () -> "a request failed unexpectedly " + request.getClass().getSimpleName(),
                    failure);
        }
    }

    private Reply handle(Request request) {
        return Objects.requireNonNull(fileSystem.handle(request), "no reply");
    }

    private void answerOne(Request request, ReplyEncoder encoder, MemorySegment vectors) {
        if (request instanceof Request.Unsupported) {
            throw new FuseException(Errno.ENOSYS);
        }
        Reply reply = handle(request);
        if (reply instanceof Reply.Later later) {
            answerLater(request, later);
            return;
        }
        long written;
        if (reply instanceof Reply.Data(MemorySegment data)
                && data.isNative()
                && request instanceof Request.Read read) {
            written = sendData(read, data, encoder, vectors);
        } else if (reply instanceof Reply.Directory directory
                && request instanceof Request.ReadDirectory read) {
            List<Reply.DirectoryEntry> taken = new ArrayList<>(directory.entries().size());
            MemorySegment message = encoder.directory(read, directory, taken);
            fileSystem.directoryTaken(read, taken);
            written = device.write(message);
            reply = new Reply.Directory(taken);
        } else {
            written = device.write(encoder.encode(request.header().unique(), reply));
        }
        if (written < 0) {
            unsent(request, reply, written);
        }
    }

    private void answerLater(Request request, Reply.Later later) {
        waiting.add(request.header().id(), later.interrupt());
        CompletableFuture<Reply> _ =
                later.answer()
                        .whenComplete((reply, failure) -> {
                            waiting.remove(request.header().id());
                            try {
                                sendLater(request, reply, failure);
                            } catch (Throwable broken) {
                                LOG.log(
                                        System.Logger.Level.ERROR,
                                        "an answer could not be sent",
                                        broken);
                            } finally {
                                fileSystem.answered();
                            }
                        });
    }

    /** On a thread that is not the loop's: with memory of its own, and the device may be closed. */
    private void sendLater(Request request, @Nullable Reply reply, @Nullable Throwable failure) {
        try (Arena arena = Arena.ofConfined()) {
            ReplyEncoder encoder = new ReplyEncoder(arena.allocate(LATER_BYTES, Long.BYTES));
            long unique = request.header().unique();
            if (reply == null) {
                device.notify(encoder.error(unique, errno(request, failure)));
                return;
            }
            long written = device.notify(encoder.encode(unique, reply));
            if (written < 0) {
                unsent(request, reply, written);
            }
        }
    }

    private static Errno errno(Request request, @Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof FuseException known) {
            return known.errno();
        }
        LOG.log(
                System.Logger.Level.ERROR,
                () -> "a request failed unexpectedly " + request.getClass().getSimpleName(),
                failure);
        return Errno.EIO;
    }

    private long sendData(
            Request.Read read, MemorySegment data, ReplyEncoder encoder, MemorySegment vectors) {
        if (data.byteSize() > read.size()) {
            throw new IllegalArgumentException("more data than was asked for");
        }
        MemorySegment head = encoder.header(read.header().unique(), data.byteSize());
        return data.byteSize() == 0 ? device.write(head) : device.write(head, data, vectors);
    }

    /** The kernel gave the request up meanwhile, or did not like the answer: take it back. */
    private void unsent(Request request, Reply reply, long written) {
        if (written != -Errno.ENOENT.number()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the kernel refused an answer request={0} errno={1}",
                    request.getClass().getSimpleName(),
                    -written);
        }
        Unsent.undo(request, reply).forEach(this::tell);
    }

    private void refuse(InHeader header, ReplyEncoder encoder, Throwable failure) {
        if (!(failure instanceof FuseException)) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    () -> "a request failed unexpectedly opcode=" + header.opcode(),
                    failure);
        }
        if (header.opcode() != Opcode.FORGET && header.opcode() != Opcode.BATCH_FORGET) {
            Errno errno = failure instanceof FuseException known ? known.errno() : Errno.EIO;
            device.write(encoder.error(header.unique(), errno));
        }
    }
}
