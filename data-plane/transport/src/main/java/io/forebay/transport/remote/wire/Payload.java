package io.forebay.transport.remote.wire;

import io.grpc.HasByteBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The bytes beside a head: to be sent from native memory, or as they were received. */
public sealed interface Payload {
    Payload NONE = new Native(MemorySegment.NULL);

    long size();

    /** Gives network buffers back, if these are some. */
    void release();

    /** Bytes of the sender's own; they are taken before the call that sends them returns. */
    record Native(MemorySegment bytes) implements Payload {
        @Override
        public long size() {
            return bytes.byteSize();
        }

        @Override
        public void release() {}
    }

    /**
     * Bytes that still lie in the network's buffers.
     *
     * @param stream holds exactly {@code size} more bytes; owned by this
     */
    record Received(InputStream stream, long size) implements Payload {
        private static final int STEP_BYTES = 16 << 10;

        /** Takes the bytes over to the start of {@code target}, and gives the buffers back. */
        public void moveTo(MemorySegment target) {
            try (stream) {
                long done = 0;
                while (done < size) {
                    done += move(target.asSlice(done, size - done));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private long move(MemorySegment target) throws IOException {
            if (stream instanceof HasByteBuffer buffers && buffers.byteBufferSupported()) {
                ByteBuffer next = Objects.requireNonNull(buffers.getByteBuffer());
                long count = Math.min(next.remaining(), target.byteSize());
                MemorySegment.copy(MemorySegment.ofBuffer(next), 0, target, 0, count);
                stream.skipNBytes(count);
                return count;
            }
            byte[] step = new byte[(int) Math.min(STEP_BYTES, target.byteSize())];
            int count = stream.read(step);
            if (count < 0) {
                throw new EOFException("the payload is shorter than it said");
            }
            MemorySegment.copy(MemorySegment.ofArray(step), 0, target, 0, count);
            return count;
        }

        @Override
        public void release() {
            try {
                stream.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e); // buffers in memory: it cannot happen
            }
        }
    }
}
