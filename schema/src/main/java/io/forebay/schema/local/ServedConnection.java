package io.forebay.schema.local;

import io.grpc.Metadata;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The serving end of one connection. */
final class ServedConnection {
    private final CallStream stream;
    private final byte[] token;
    private final Map<String, ServerMethodDefinition<?, ?>> methods;
    private final Consumer<ServedConnection> ended;

    private volatile boolean closed;

    /** What another thread may still answer; the next request must not come before. */
    private volatile @Nullable ServedCall<?, ?> running;

    ServedConnection(
            CallStream stream,
            byte[] token,
            Map<String, ServerMethodDefinition<?, ?>> methods,
            Consumer<ServedConnection> ended) {
        this.stream = stream;
        this.token = token;
        this.methods = methods;
        this.ended = ended;
    }

    /** Until the client goes, does what it must not, or {@link #close}. */
    void serve() {
        try {
            if (greet()) {
                ByteBuffer frame = stream.receive();
                while (frame != null && running == null) {
                    begin(frame);
                    frame = stream.receive();
                }
            }
        } catch (IOException e) {
            // the client is gone, or this side closes: there is nobody to tell
        } finally {
            close();
            ServedCall<?, ?> abandoned = running;
            if (abandoned != null) {
                abandoned.cancel();
            }
        }
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
        ended.accept(this);
        try {
            stream.close();
        } catch (IOException e) {
            // it is of no use any more either way
        }
    }

    /** Called once a call, by whichever thread has its end. */
    void answer(LocalReply reply) {
        running = null;
        try {
            reply.send(stream);
        } catch (IOException e) {
            close();
        }
    }

    private boolean greet() throws IOException {
        ByteBuffer frame = stream.receive();
        if (frame == null) {
            return false;
        }
        byte[] said = new byte[frame.remaining()];
        frame.get(said);
        boolean known = MessageDigest.isEqual(said, token);
        LocalReply.of(known ? Status.OK : Status.UNAUTHENTICATED).send(stream);
        return known;
    }

    private void begin(ByteBuffer frame) throws IOException {
        byte[] name = new byte[Math.min(Byte.toUnsignedInt(frame.get()), frame.remaining())];
        frame.get(name);
        String method = new String(name, StandardCharsets.US_ASCII);
        ServerMethodDefinition<?, ?> definition = methods.get(method);
        if (definition == null) {
            answer(
                    LocalReply.of(
                            Status.UNIMPLEMENTED.withDescription(
                                    "There is no method " + method + " here.")));
        } else {
            call(definition, frame);
        }
    }

    private <Q, R> void call(ServerMethodDefinition<Q, R> definition, ByteBuffer message)
            throws IOException {
        Q request =
                Messages.parse(definition.getMethodDescriptor().getRequestMarshaller(), message);
        ServedCall<Q, R> call = new ServedCall<>(this, definition.getMethodDescriptor());
        running = call;
        call.run(definition.getServerCallHandler().startCall(call, new Metadata()), request);
    }
}
