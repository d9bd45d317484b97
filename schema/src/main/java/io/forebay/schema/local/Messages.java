package io.forebay.schema.local;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Protobuf messages by the marshallers that gRPC's generated code has of them. */
final class Messages {
    private Messages() {}

    static <T> T parse(Marshaller<T> marshaller, ByteBuffer bytes) throws IOException {
        PrototypeMarshaller<T> typed = (PrototypeMarshaller<T>) marshaller;
        Object prototype = Objects.requireNonNull(typed.getMessagePrototype());
        return typed.getMessageClass()
                .cast(
                        ((MessageLite) prototype)
                                .getParserForType()
                                .parseFrom(CodedInputStream.newInstance(bytes)));
    }
}
