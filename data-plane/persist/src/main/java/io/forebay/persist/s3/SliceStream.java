package io.forebay.persist.s3;

import io.forebay.persist.Slice;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * A range of a file as a stream. Reads by position, so that several streams share a channel, and
 * through one small buffer, so that no part is on the heap.
 */
final class SliceStream extends InputStream {
    private static final int BUFFER_BYTES = 128 << 10;

    private final Slice slice;
    private final ByteBuffer buffer;
    private long fetched;

    SliceStream(Slice slice) {
        this.slice = slice;
        int bytes = (int) Math.min(BUFFER_BYTES, Math.max(1, slice.length()));
        this.buffer = ByteBuffer.allocate(bytes).limit(0);
    }

    @Override
    public int read() throws IOException {
        return fill() ? buffer.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, buffer.remaining());
        buffer.get(target, offset, count);
        return count;
    }

    @Override
    public int available() {
        return buffer.remaining();
    }

    /** Makes sure that the buffer has a byte; false at the end of the range. */
    private boolean fill() throws IOException {
        if (buffer.hasRemaining()) {
            return true;
        }
        long left = slice.length() - fetched;
        if (left == 0) {
            return false;
        }
        buffer.clear().limit((int) Math.min(buffer.capacity(), left));
        int count = slice.channel().read(buffer, slice.offset() + fetched);
        if (count < 0) {
            buffer.limit(0);
            throw new EOFException("the file is shorter than it was");
        }
        fetched += count;
        buffer.flip();
        return buffer.hasRemaining();
    }
}
