package io.forebay.e2e.relay;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * What a request is for.
 *
 * @param key of the object, decoded; empty for one to the bucket
 */
public record StoreCall(Kind kind, String key) {

    /** The operations of S3 that change something, and the others. */
    public enum Kind {
        PUT,
        COPY,
        BEGIN_UPLOAD,
        PART,
        COPY_PART,
        COMPLETE,
        ABORT,
        DELETE,
        OTHER;

        /** Whether an object appears, changes or goes. */
        public boolean changesObject() {
            return switch (this) {
                case PUT, COPY, COMPLETE, DELETE -> true;
                case BEGIN_UPLOAD, PART, COPY_PART, ABORT, OTHER -> false;
            };
        }
    }

    /** Of a request with the bucket in its path. */
    static StoreCall of(Head request) {
        String[] target = request.word(1).split("\\?", 2);
        String query = target.length == 2 ? target[1] : "";
        String[] path = target[0].split("/", 3);
        String key = path.length == 3 ? path[2].replace("+", "%2B") : "";
        return new StoreCall(kind(request, query), URLDecoder.decode(key, StandardCharsets.UTF_8));
    }

    private static Kind kind(Head request, String query) {
        boolean ofUpload = query.contains("uploadId=");
        boolean copies = request.header("x-amz-copy-source").isPresent();
        return switch (request.word(0)) {
            case "PUT" ->
                    ofUpload ? copies ? Kind.COPY_PART : Kind.PART : copies ? Kind.COPY : Kind.PUT;
            case "POST" ->
                    ofUpload
                            ? Kind.COMPLETE
                            : query.startsWith("uploads") ? Kind.BEGIN_UPLOAD : Kind.OTHER;
            case "DELETE" -> ofUpload ? Kind.ABORT : Kind.DELETE;
            default -> Kind.OTHER;
        };
    }
}
