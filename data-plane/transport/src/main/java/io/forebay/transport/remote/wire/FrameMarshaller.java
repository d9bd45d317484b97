package io.forebay.transport.remote.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.WireFormat;
import io.grpc.Detachable;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The protobuf encoding of FileRequest and FileReply (staged.proto), without a copy of their data
 * on the heap.
 *
 * <pre>
 *  | tag of field 1 | length | head ... | tag of field 2 | length | data ... |
 * </pre>
 *
 * Fields of later versions may stand before the data, and are skipped; a frame without data ends
 * behind its head.
 */
final class FrameMarshaller<H extends MessageLite>
        implements MethodDescriptor.Marshaller<Frame<H>> {
    static final int HEAD_FIELD = 1;
    static final int DATA_FIELD = 2;

    /** Tokens and texts are far below it. */
    private static final int FIELD_BYTES_MAX = 64 << 10;

    private final Parser<H> parser;
    private final H empty;

    FrameMarshaller(Parser<H> parser, H empty) {
        this.parser = parser;
        this.empty = empty;
    }

    @Override
    public InputStream stream(Frame<H> frame) {
        return new FrameStream(frame);
    }

    @Override
    public Frame<H> parse(InputStream stream) {
        try {
            H head = empty;
            for (int first = stream.read(); first >= 0; first = stream.read()) {
                int tag = CodedInputStream.readRawVarint32(first, stream);
                int length = length(tag, stream);
                if (WireFormat.getTagFieldNumber(tag) == DATA_FIELD) {
                    return new Frame<>(head, received(stream, length));
                }
                byte[] field = field(stream, length);
                if (WireFormat.getTagFieldNumber(tag) == HEAD_FIELD) {
                    head = parser.parseFrom(field);
                }
            }
            return Frame.of(head);
        } catch (IOException e) {
            throw Status.INTERNAL
                    .withDescription("A frame that is none; are all parts of one version?")
                    .withCause(e)
                    .asRuntimeException();
        }
    }

    private static int length(int tag, InputStream stream) throws IOException {
        if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            throw new InvalidProtocolBufferException("a field that has no length");
        }
        int first = stream.read();
        if (first < 0) {
            throw new EOFException("a field without its length");
        }
        return CodedInputStream.readRawVarint32(first, stream);
    }

    private static byte[] field(InputStream stream, int length) throws IOException {
        if (length < 0 || length > FIELD_BYTES_MAX) {
            throw new InvalidProtocolBufferException("a field that is too long");
        }
        byte[] bytes = stream.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("a field that is cut off");
        }
        return bytes;
    }

    private static Payload received(InputStream stream, int length) throws IOException {
        if (length < 0 || length != stream.available()) {
            throw new InvalidProtocolBufferException("data that does not end the frame");
        }
        InputStream kept =
                stream instanceof Detachable detachable
                        ? detachable.detach()
                        : new ByteArrayInputStream(stream.readAllBytes());
        return new Payload.Received(kept, length);
    }
}
