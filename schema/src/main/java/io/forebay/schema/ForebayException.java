package io.forebay.schema;

import io.forebay.proto.FailureKind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A failure that the caller can act on: its kind says what to do, its message is static text that
 * tells a person what to do, and what varies stands in the context.
 */
public final class ForebayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final FailureKind kind;
    private final transient Map<String, String> context = new LinkedHashMap<>();

    public ForebayException(FailureKind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public ForebayException(FailureKind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Adds one key of what varies, and returns this. */
    public ForebayException with(String key, Object value) {
        context.put(key, Objects.toString(value));
        return this;
    }

    public FailureKind kind() {
        return kind;
    }

    /** The static message followed by the context, for people. */
    @Override
    public String getMessage() {
        String text = Objects.toString(super.getMessage(), kind.name());
        return context.isEmpty() ? text : text + " " + context;
    }
}
