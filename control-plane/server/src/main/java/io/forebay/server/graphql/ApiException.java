package io.forebay.server.graphql;

import graphql.ErrorClassification;
import graphql.ErrorType;
import graphql.GraphQLError;
import graphql.language.SourceLocation;
import io.forebay.metadata.kv.StoreException;
import io.forebay.observability.EventName;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A failure as a GraphQL error: the message tells a person what to do, {@code extensions.code}
 * tells a program what kind it is (a failure kind without its prefix, or INTERNAL).
 */
public final class ApiException extends RuntimeException implements GraphQLError {
    private static final long serialVersionUID = 1L;
    private static final System.Logger LOG = System.getLogger(ApiException.class.getName());
    private static final String KIND_PREFIX = "FAILURE_";

    private final String code;
    private final String text;

    private ApiException(String code, String text, Throwable cause) {
        super(text, cause);
        this.code = code;
        this.text = text;
    }

    /** Runs the body; whatever it throws leaves as one of these. */
    public static <T> T translate(Supplier<T> body) {
        try {
            return body.get();
        } catch (RuntimeException failure) {
            throw of(failure);
        }
    }

    static ApiException of(RuntimeException failure) {
        return switch (failure) {
            case ApiException done -> done;
            case ForebayException known ->
                    new ApiException(code(known.kind()), known.getMessage(), known);
            case StoreException known ->
                    new ApiException(
                            code(known.kind()),
                            "The metadata store did not answer; try again later: "
                                    + known.getMessage(),
                            known);
            default -> {
                LOG.log(
                        System.Logger.Level.ERROR,
                        EventName.CALL_FAILED.line("rpc", "graphql"),
                        failure);
                yield new ApiException(
                        "INTERNAL",
                        "The control plane failed in a way that nobody foresaw: its log says more.",
                        failure);
            }
        };
    }

    static String code(FailureKind kind) {
        return switch (kind) {
            case FAILURE_NONE, UNRECOGNIZED -> "INTERNAL";
            default -> kind.name().substring(KIND_PREFIX.length());
        };
    }

    static String code(StoreException.Kind kind) {
        return switch (kind) {
            case CONTENDED -> "BUSY";
            case TOO_OLD, UNAVAILABLE -> "UNAVAILABLE";
            case TOO_LARGE -> "INVALID";
            case NO_SPACE -> "NO_SPACE";
            case CORRUPT -> "CORRUPT";
        };
    }

    @Override
    public String getMessage() {
        return text;
    }

    @Override
    public List<SourceLocation> getLocations() {
        return List.of();
    }

    @Override
    public ErrorClassification getErrorType() {
        return ErrorType.DataFetchingException;
    }

    @Override
    public Map<String, Object> getExtensions() {
        return Map.of("code", code);
    }
}
