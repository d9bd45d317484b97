package io.forebay.cli.prepare;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the environment says of a foreign object store, in the variables that S3 programs share. */
public record AwsVariables(Keys keys, @Nullable String endpoint, @Nullable String region) {
    static final String ACCESS_KEY = "AWS_ACCESS_KEY_ID";
    static final String SECRET_KEY = "AWS_SECRET_ACCESS_KEY";
    static final String SESSION_TOKEN = "AWS_SESSION_TOKEN";

    /** Nothing is said. */
    public static final AwsVariables NONE = of(Map.of(), null, null);

    /**
     * @param accessKey as an option names it: it counts before the variable
     * @param secretKey as an option names it
     */
    public static AwsVariables of(
            Map<String, String> environment,
            @Nullable String accessKey,
            @Nullable String secretKey) {
        // A token belongs to the keys beside it, and to no others.
        boolean others = accessKey != null || secretKey != null;
        Keys keys =
                new Keys(
                        accessKey == null ? first(environment, ACCESS_KEY) : accessKey,
                        secretKey == null ? first(environment, SECRET_KEY) : secretKey,
                        others ? null : first(environment, SESSION_TOKEN));
        return new AwsVariables(
                keys,
                first(environment, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
                first(environment, "AWS_REGION", "AWS_DEFAULT_REGION"));
    }

    private static @Nullable String first(Map<String, String> environment, String... names) {
        return Stream.of(names)
                .map(name -> environment.getOrDefault(name, ""))
                .filter(value -> !value.isBlank())
                .findFirst()
                .orElse(null);
    }

    /** Of a foreign object store; with a session token, temporary ones. Their text hides them. */
    public record Keys(
            @Nullable String accessKey, @Nullable String secretKey, @Nullable String sessionToken) {

        /** Makes these, and no others, what a process with this environment finds. */
        public void replaceIn(Map<String, String> environment) {
            replace(environment, ACCESS_KEY, accessKey);
            replace(environment, SECRET_KEY, secretKey);
            replace(environment, SESSION_TOKEN, sessionToken);
        }

        private static void replace(
                Map<String, String> environment, String name, @Nullable String value) {
            if (value == null) {
                environment.remove(name);
            } else {
                environment.put(name, value);
            }
        }

        @Override
        public String toString() {
            return "Keys[hidden]";
        }
    }
}
