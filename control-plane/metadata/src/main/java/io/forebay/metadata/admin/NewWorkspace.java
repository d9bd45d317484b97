package io.forebay.metadata.admin;

import io.forebay.metadata.flush.Policy;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * What a workspace is made of.
 *
 * @param name 1 to 63 lower-case letters, digits and hyphens, a letter or digit first and last
 * @param prefix empty, or ends with '/'
 * @param quotaBytes 0: no quota
 */
public record NewWorkspace(
        String name, String bucket, String prefix, Policy policy, long quotaBytes) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** Half of a key is left for the paths. */
    private static final int PREFIX_BYTES_MAX = 512;

    void check() {
        if (!NAME.matcher(name).matches()) {
            throw invalid(
                    "A workspace's name has 1 to 63 lower-case letters, digits and hyphens,"
                            + " a letter or digit first and last");
        }
        if (bucket.isEmpty()) {
            throw invalid("A workspace needs the name of a bucket");
        }
        int bytes = prefix.getBytes(StandardCharsets.UTF_8).length;
        boolean shaped = prefix.isEmpty() || (prefix.endsWith("/") && !prefix.startsWith("/"));
        if (!shaped || prefix.contains("//") || bytes > PREFIX_BYTES_MAX) {
            throw invalid(
                    "A prefix is empty, or ends with '/', does not start with it, and has at most"
                            + " 512 bytes");
        }
        policy.check();
        if (quotaBytes < 0) {
            throw invalid("A quota is not negative");
        }
    }

    private ForebayException invalid(String message) {
        return new ForebayException(FailureKind.FAILURE_INVALID, message)
                .with("name", name)
                .with("prefix", prefix);
    }
}
