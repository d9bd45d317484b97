package io.forebay.transport.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A stream socket of the unix domain (unix(7)) that can pass file descriptors. Calls block their
 * thread. {@link #close} ends calls of other threads that wait in it.
 *
 * <p>One thread at a time may send, and one receive. Refusals are {@link PosixException}.
 */
public final class UnixSocket implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final short POLLIN = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;

    private final Descriptor descriptor;

    private UnixSocket(int number) {
        this.descriptor = new Descriptor(number);
    }

    /** Listens at a path that must not exist yet; only the own user may connect to it. */
    public static UnixSocket listen(Path path, int backlog) {
        UnixSocket socket = create();
        try (Arena arena = Arena.ofConfined();
                SocketAddress address = SocketAddress.of(path, arena)) {
            int fd = socket.descriptor.number();
            check("fchmod", LibC.fchmod(fd, 0600)); // before bind: the file is born with it
            check("bind", LibC.bind(fd, address.memory()));
            check("listen", LibC.listen(fd, backlog));
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    public static UnixSocket connect(Path path) {
        UnixSocket socket = create();
        try (Arena arena = Arena.ofConfined();
                SocketAddress address = SocketAddress.of(path, arena)) {
            int result;
            do {
                result = LibC.connect(socket.descriptor.number(), address.memory());
            } while (result == -PosixException.EINTR);
            check("connect", result);
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static UnixSocket create() {
        int result = LibC.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        return new UnixSocket((int) check("socket", result));
    }

    /** The user that this process acts as. */
    public static int effectiveUid() {
        return LibC.geteuid();
    }

    /** Waits for the next connection; EINVAL after {@link #close} of this listening socket. */
    public UnixSocket accept() {
        int fd = descriptor.acquire();
        try {
            int result;
            do {
                result = LibC.accept4(fd, SOCK_CLOEXEC);
            } while (result == -PosixException.EINTR || result == -PosixException.ECONNABORTED);
            return new UnixSocket((int) check("accept", result));
        } finally {
            descriptor.release();
        }
    }

    /** The user that connected, as the kernel noted it then. */
    public int peerUid() {
        int fd = descriptor.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment credentials = arena.allocate(3L * Integer.BYTES, Integer.BYTES);
            MemorySegment size = arena.allocateFrom(JAVA_INT, (int) credentials.byteSize());
            int result = LibC.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, size);
            check("getsockopt", result);
            return credentials.get(JAVA_INT, Integer.BYTES); // struct ucred: pid, uid, gid
        } finally {
            descriptor.release();
        }
    }

    /** Bounds how long one receive or send may wait for the peer; EAGAIN after that. */
    public void timeouts(Duration receive, Duration send) {
        timeout(SO_RCVTIMEO, receive);
        timeout(SO_SNDTIMEO, send);
    }

    private void timeout(int option, Duration bound) {
        int fd = descriptor.acquire();
        try (Arena arena = Arena.ofConfined()) {
            long micros = bound.toNanosPart() / 1000;
            MemorySegment time = arena.allocateFrom(JAVA_LONG, bound.toSeconds(), micros);
            check("setsockopt", LibC.setsockopt(fd, SOL_SOCKET, option, time));
        } finally {
            descriptor.release();
        }
    }

    /** Sends all of the bytes, and the descriptor of {@code passed} beside the first one. */
    public void send(byte[] bytes, @Nullable NativeFile passed) {
        int fd = descriptor.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MessageHeader header = MessageHeader.allocate(arena);
            MemorySegment rest = arena.allocateFrom(JAVA_BYTE, bytes);
            if (passed == null) {
                header.plain(rest);
            } else {
                header.passing(rest, passed.descriptor());
            }
            while (rest.byteSize() > 0) {
                long sent = LibC.sendmsg(fd, header.memory(), MSG_NOSIGNAL);
                if (sent != -PosixException.EINTR) {
                    rest = rest.asSlice(check("sendmsg", sent));
                    header.plain(rest);
                }
            }
        } finally {
            descriptor.release();
        }
    }

    /** Whether {@link #receive} has something to say: bytes, or the connection's end. */
    public boolean isReadable() {
        int fd = descriptor.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(Long.BYTES, Integer.BYTES); // struct pollfd
            poll.set(JAVA_INT, 0, fd);
            poll.set(JAVA_SHORT, Integer.BYTES, POLLIN);
            int ready = LibC.poll(poll);
            return ready != -PosixException.EINTR && check("poll", ready) > 0;
        } finally {
            descriptor.release();
        }
    }

    /** Waits until all of {@code size} bytes are here; fewer come only when the peer has ended. */
    public Received receive(int size) {
        int fd = descriptor.acquire();
        OptionalInt passed = OptionalInt.empty();
        try (Arena arena = Arena.ofConfined()) {
            MessageHeader header = MessageHeader.allocate(arena);
            MemorySegment bytes = arena.allocate(Math.max(size, 1));
            int done = 0;
            while (done < size) {
                header.accepting(bytes.asSlice(done, (long) size - done));
                long count = LibC.recvmsg(fd, header.memory(), MSG_CMSG_CLOEXEC);
                if (count == 0) {
                    break;
                }
                if (count > 0) {
                    done += (int) count;
                    passed = keepFirst(passed, header.received());
                } else if (count != -PosixException.EINTR) {
                    passed.ifPresent(LibC::close);
                    throw new PosixException("recvmsg", (int) -count);
                }
            }
            NativeFile file =
                    passed.isPresent() ? NativeFile.fromDescriptor(passed.getAsInt()) : null;
            return new Received(bytes.asSlice(0, done).toArray(JAVA_BYTE), file);
        } finally {
            descriptor.release();
        }
    }

    private static OptionalInt keepFirst(OptionalInt kept, OptionalInt next) {
        if (kept.isPresent()) {
            next.ifPresent(LibC::close);
            return kept;
        }
        return next;
    }

    /** Ends the connection, wakes whoever waits in it, and gives the descriptor back. */
    @Override
    public void close() {
        descriptor.close(LibC::hangUp);
    }

    private static long check(String call, long result) {
        if (result < 0) {
            throw new PosixException(call, (int) -result);
        }
        return result;
    }

    /**
     * What arrived.
     *
     * @param passed the file that came with the bytes; the receiver closes it
     */
    public record Received(byte[] bytes, @Nullable NativeFile passed) {
        /** Closes a file that nobody wants. */
        public void discard() {
            if (passed != null) {
                passed.close();
            }
        }
    }
}
