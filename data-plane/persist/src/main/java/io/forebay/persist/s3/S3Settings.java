package io.forebay.persist.s3;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How to reach an S3 store.
 *
 * @param endpoint empty: AWS's own endpoint for the region
 * @param pathStyle bucket in the path instead of the host name, as most stores other than AWS want
 * @param keys empty: the SDK's default chain of credentials
 * @param connections at most this many requests at a time
 * @param attemptTimeout bound of one request; a part of 64 MiB takes 20 s at 3 MiB/s
 */
public record S3Settings(
        Optional<URI> endpoint,
        String region,
        boolean pathStyle,
        Optional<Keys> keys,
        int connections,
        Duration attemptTimeout) {

    /** 32 connections: 16 tasks and 4 parts, and as many for reads; 5 minutes a request. */
    public static S3Settings of(
            Optional<URI> endpoint, String region, boolean pathStyle, Optional<Keys> keys) {
        return new S3Settings(endpoint, region, pathStyle, keys, 32, Duration.ofMinutes(5));
    }

    /**
     * Static credentials; their text form hides them.
     *
     * @param sessionToken of temporary ones
     */
    public record Keys(String accessKey, String secretKey, Optional<String> sessionToken) {
        @Override
        public String toString() {
            return "Keys[hidden]";
        }
    }
}
