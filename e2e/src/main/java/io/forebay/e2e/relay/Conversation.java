package io.forebay.e2e.relay;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** One connection of a client, one request after the other. */
final class Conversation {
    private static final int BUFFER_BYTES = 64 << 10;

    private final InputStream fromClient;
    private final OutputStream toClient;
    private final InputStream fromStore;
    private final OutputStream toStore;
    private final Watch watch;

    Conversation(Socket client, Socket store, Watch watch) throws IOException {
        this.fromClient = new BufferedInputStream(client.getInputStream(), BUFFER_BYTES);
        this.toClient = client.getOutputStream();
        this.fromStore = new BufferedInputStream(store.getInputStream(), BUFFER_BYTES);
        this.toStore = store.getOutputStream();
        this.watch = watch;
    }

    /** Empty when the client says no more. */
    Optional<Head> hear() throws IOException {
        return Head.read(fromClient);
    }

    /** Takes what the client sends, for as long as it does. */
    void ignore() throws IOException {
        fromClient.transferTo(OutputStream.nullOutputStream());
    }

    /** Whether another request may follow. */
    boolean forward(Head request) throws IOException {
        StoreCall call = StoreCall.of(request);
        if (watch.at(Moment.ARRIVED, call) == Verdict.CUT) {
            return false;
        }
        toStore.write(request.bytes());
        toStore.flush();
        if (request.asksBeforeBody()) {
            Head answer = Head.read(fromStore).orElseThrow(EOFException::new);
            if (!answer.isInterim()) {
                toClient.write(answer.bytes());
                copyAnswer(request, answer, toClient);
                toClient.flush();
                return false; // whether the body follows, only the client knows
            }
            toClient.write(answer.bytes());
            toClient.flush();
        }
        return bodySent(request, call) && answered(request, call);
    }

    private boolean bodySent(Head request, StoreCall call) throws IOException {
        if (request.chunked()) {
            copyChunks(fromClient, toStore);
        } else if (request.length() > 0) {
            long half = request.length() / 2;
            copy(fromClient, toStore, half);
            toStore.flush();
            if (watch.at(Moment.HALF_SENT, call) == Verdict.CUT) {
                return false;
            }
            copy(fromClient, toStore, request.length() - half);
        }
        toStore.flush();
        return true;
    }

    /** An answer to what changes something is held back until the watch has seen the change. */
    private boolean answered(Head request, StoreCall call) throws IOException {
        Head answer = Head.read(fromStore).orElseThrow(EOFException::new);
        while (answer.isInterim()) {
            toClient.write(answer.bytes());
            toClient.flush();
            answer = Head.read(fromStore).orElseThrow(EOFException::new);
        }
        boolean open;
        if (call.kind() == StoreCall.Kind.OTHER) {
            toClient.write(answer.bytes());
            open = copyAnswer(request, answer, toClient);
        } else {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            open = copyAnswer(request, answer, body);
            if (answer.status() / 100 == 2 && watch.at(Moment.DONE, call) == Verdict.CUT) {
                return false;
            }
            toClient.write(answer.bytes());
            body.writeTo(toClient);
        }
        toClient.flush();
        return open && !answer.closes();
    }

    /** Whether the answer's end was not the connection's. */
    private boolean copyAnswer(Head request, Head answer, OutputStream to) throws IOException {
        int status = answer.status();
        if (request.word(0).equals("HEAD") || status == 204 || status == 304) {
            return true;
        }
        if (answer.chunked()) {
            copyChunks(fromStore, to);
        } else if (answer.length() >= 0) {
            copy(fromStore, to, answer.length());
        } else {
            fromStore.transferTo(to);
            return false;
        }
        return true;
    }

    private static void copy(InputStream from, OutputStream to, long length) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long left = length;
        while (left > 0) {
            int count = from.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (count < 0) {
                throw new EOFException();
            }
            to.write(buffer, 0, count);
            left -= count;
        }
    }

    /** As they are; the last one is empty, and trailers end with an empty line. */
    private static void copyChunks(InputStream from, OutputStream to) throws IOException {
        long length = -1;
        while (length != 0) {
            String line = copyLine(from, to);
            length = Long.parseLong(line.split(";", 2)[0].strip(), 16);
            if (length > 0) {
                copy(from, to, length);
                copyLine(from, to);
            }
        }
        while (!copyLine(from, to).isEmpty()) {
            // a trailer
        }
    }

    private static String copyLine(InputStream from, OutputStream to) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = from.read(); next != '\n'; next = from.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            line.write(next);
        }
        line.write('\n');
        line.writeTo(to);
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }
}
