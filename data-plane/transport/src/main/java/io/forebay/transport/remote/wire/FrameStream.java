package io.forebay.transport.remote.wire;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.WireFormat;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A frame on its way out. The network's own stream takes it whole, in one call. */
final class FrameStream extends InputStream implements Drainable, KnownLength {
    private static final int STEP_BYTES = 64 << 10;

    /** The network's stream takes arrays only; owned by the thread. */
    private static final ThreadLocal<byte[]> STEP =
            ThreadLocal.withInitial(() -> new byte[STEP_BYTES]);

    private final byte[] start;
    private final MemorySegment data;

    /** Set where somebody reads it as a stream after all. */
    private @Nullable InputStream read;

    private boolean drained;

    FrameStream(Frame<?> frame) {
        this.data =
                switch (frame.payload()) {
                    case Payload.Native own -> own.bytes();
                    case Payload.Received _ ->
                            throw new IllegalArgumentException("received bytes are not sent on");
                };
        this.start = start(frame.head(), data.byteSize());
    }

    private static byte[] start(MessageLite head, long dataBytes) {
        int headTag = tag(FrameMarshaller.HEAD_FIELD);
        int dataTag = tag(FrameMarshaller.DATA_FIELD);
        int size =
                CodedOutputStream.computeUInt32SizeNoTag(headTag)
                        + CodedOutputStream.computeMessageSizeNoTag(head);
        if (dataBytes > 0) {
            size +=
                    CodedOutputStream.computeUInt32SizeNoTag(dataTag)
                            + CodedOutputStream.computeUInt32SizeNoTag((int) dataBytes);
        }
        byte[] bytes = new byte[size];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeUInt32NoTag(headTag);
            out.writeMessageNoTag(head);
            if (dataBytes > 0) {
                out.writeUInt32NoTag(dataTag);
                out.writeUInt32NoTag((int) dataBytes);
            }
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the array is as long as it was computed
        }
        return bytes;
    }

    private static int tag(int field) {
        return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
        if (drained) {
            return 0;
        }
        drained = true;
        target.write(start);
        byte[] step = STEP.get();
        for (long done = 0; done < data.byteSize(); done += STEP_BYTES) {
            int count = (int) Math.min(STEP_BYTES, data.byteSize() - done);
            MemorySegment.copy(data, done, MemorySegment.ofArray(step), 0, count);
            target.write(step, 0, count);
        }
        return start.length + (int) data.byteSize();
    }

    @Override
    public int available() throws IOException {
        if (read != null) {
            return read.available();
        }
        return drained ? 0 : start.length + (int) data.byteSize();
    }

    @Override
    public int read() throws IOException {
        return asStream().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return asStream().read(target, offset, length);
    }

    private InputStream asStream() throws IOException {
        if (read == null) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            drainTo(bytes);
            read = new ByteArrayInputStream(bytes.toByteArray());
        }
        return read;
    }
}
