package io.forebay.schema.local;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Frames on a connected socket. Any thread sends; one at a time receives. */
final class CallStream implements Closeable {
    /** A page of a directory with its attributes stays far below this. */
    static final int FRAME_BYTES_MAX = 16 << 20;

    /** Nearly every frame fits; larger ones get a buffer of their own. */
    private static final int BUFFER_BYTES = 8 << 10;

    private final SocketChannel socket;

    /**
     * A frame arrives before its sender is done with the buffer; the next sender waits for that.
     */
    private final ReentrantLock sending = new ReentrantLock();

    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);

    CallStream(SocketChannel socket) {
        this.socket = socket;
        in.flip();
    }

    void send(byte[] head, MessageLite body) throws IOException {
        int size = body.getSerializedSize();
        sending.lock();
        try {
            ByteBuffer frame = begin(head, size);
            CodedOutputStream coded = CodedOutputStream.newInstance(frame);
            body.writeTo(coded);
            coded.flush();
            finish(frame);
        } finally {
            sending.unlock();
        }
    }

    void send(byte[] head, byte[] body) throws IOException {
        sending.lock();
        try {
            finish(begin(head, body.length).put(body));
        } finally {
            sending.unlock();
        }
    }

    private ByteBuffer begin(byte[] head, int bodyBytes) {
        int length = head.length + bodyBytes;
        int whole = Integer.BYTES + length;
        ByteBuffer frame = whole <= BUFFER_BYTES ? out.clear() : ByteBuffer.allocate(whole);
        return frame.putInt(length).put(head);
    }

    private void finish(ByteBuffer frame) throws IOException {
        frame.flip();
        while (frame.hasRemaining()) {
            socket.write(frame);
        }
    }

    /**
     * The next frame, without its length; valid until the next call.
     *
     * @return null where the other side closed the connection between two frames
     */
    @Nullable ByteBuffer receive() throws IOException {
        if (!fill(Integer.BYTES)) {
            return null;
        }
        int length = in.getInt();
        if (length < 1 || length > FRAME_BYTES_MAX) {
            throw new IOException("a frame of " + length + " bytes");
        }
        if (length > BUFFER_BYTES) {
            return receiveLarge(length);
        }
        if (!fill(length)) {
            throw cut();
        }
        ByteBuffer frame = in.slice(in.position(), length);
        in.position(in.position() + length);
        return frame;
    }

    private ByteBuffer receiveLarge(int length) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(length).put(in);
        while (frame.hasRemaining()) {
            if (socket.read(frame) < 0) {
                throw cut();
            }
        }
        return frame.flip();
    }

    /** False at the end of the stream, where nothing of the wanted bytes has come. */
    private boolean fill(int wanted) throws IOException {
        while (in.remaining() < wanted) {
            in.compact();
            int read = socket.read(in);
            in.flip();
            if (read < 0) {
                if (in.hasRemaining()) {
                    throw cut();
                }
                return false;
            }
        }
        return true;
    }

    private static EOFException cut() {
        return new EOFException("the connection ended within a frame");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
