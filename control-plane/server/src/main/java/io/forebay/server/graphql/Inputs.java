package io.forebay.server.graphql;

import io.forebay.metadata.flush.Policy;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.schema.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Checks what people type; each refusal says what would be right. */
final class Inputs {
    /** A day: longer is not a delay but a loss window that nobody meant. */
    static final int FLUSH_DELAY_MILLIS_MAX = 86_400_000;

    /** An hour, as the schema promises; a caller that waits longer asks again. */
    static final int TIMEOUT_SECONDS_MAX = 3600;

    private static final Pattern WORKSPACE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** S3's rule, with the upper-case letters and underscores of old buckets and other stores. */
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,253}");

    /** Leaves room for a path below it. */
    private static final int PREFIX_BYTES_MAX = Limits.OBJECT_KEY_BYTES_MAX / 2;

    private Inputs() {}

    static String workspaceName(String name) {
        return require(
                WORKSPACE.matcher(name).matches(),
                name,
                "A workspace's name has 1 to 63 lower-case letters, digits and hyphens, a letter or"
                        + " digit first and last.");
    }

    static String bucket(String bucket) {
        return require(
                BUCKET.matcher(bucket).matches(),
                bucket,
                "A bucket's name has 2 to 254 letters, digits, dots, hyphens and underscores, a"
                        + " letter or digit first; give the name alone, without s3:// or a path.");
    }

    static String prefix(String prefix) {
        require(
                prefix.isEmpty() || prefix.endsWith("/"),
                prefix,
                "A prefix is empty or ends with '/'.");
        require(
                !prefix.startsWith("/") && !prefix.contains("//"),
                prefix,
                "A prefix does not start with '/' and has no '//' in it.");
        return require(
                prefix.getBytes(StandardCharsets.UTF_8).length <= PREFIX_BYTES_MAX,
                prefix,
                "A prefix has at most 512 bytes, so that there is room for the paths below it.");
    }

    static int flushDelayMillis(int millis) {
        return require(
                millis >= 0 && millis <= FLUSH_DELAY_MILLIS_MAX,
                millis,
                "flushDelayMillis is between 0 and 86400000 (a day).");
    }

    static int replicas(int replicas) {
        return require(
                replicas >= 1 && replicas <= Policy.REPLICAS_MAX,
                replicas,
                "replicas is how many workers have the bytes: 1, 2 or 3.");
    }

    static long quotaBytes(long bytes) {
        return require(
                bytes >= 0, bytes, "quotaBytes is a number of bytes, or 0 where there is none.");
    }

    static int timeoutSeconds(int seconds) {
        return require(
                seconds >= 0 && seconds <= TIMEOUT_SECONDS_MAX,
                seconds,
                "timeoutSeconds is between 0 and 3600.");
    }

    /** A path in the workspace as the model takes it; a leading '/' may be there or not. */
    static byte[] path(String path) {
        List<String> names = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            require(
                    !name.equals(".") && !name.equals("..") && name.indexOf('\0') < 0,
                    path,
                    "A path starts at the workspace's root and has no '.' or '..' in it.");
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return String.join("/", names).getBytes(StandardCharsets.UTF_8);
    }

    private static <T> T require(boolean right, T value, String message) {
        if (!right) {
            throw new ForebayException(FailureKind.FAILURE_INVALID, message).with("given", value);
        }
        return value;
    }
}
