package io.forebay.persist.s3;

import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;

/** Builds the SDK's client. */
final class S3Clients {
    /** A lost packet or a busy server costs a part's second try; more is for the flush queue. */
    private static final int ATTEMPTS = 3;

    private static final Duration BACKOFF = Duration.ofMillis(50);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(1);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Silence on a connection; S3 answers a completion of 10,000 parts within it. */
    private static final Duration SILENCE_TIMEOUT = Duration.ofSeconds(60);

    /** Requests wait for a connection as long as for an answer. */
    private static final Duration ACQUIRE_TIMEOUT = Duration.ofSeconds(60);

    private S3Clients() {}

    /** For requests that may be sent again when their answer is lost. */
    static S3Client build(S3Settings settings) {
        return build(settings, repeating(settings));
    }

    /**
     * For those that may not: one that was lost on its way may arrive after what came later. What
     * the store refuses because it is busy was not done, and is sent again.
     */
    static S3Client buildForOnce(S3Settings settings) {
        return build(settings, once(settings));
    }

    private static S3Client build(S3Settings settings, ClientOverrideConfiguration configuration) {
        Apache5HttpClient.Builder http =
                Apache5HttpClient.builder()
                        .maxConnections(settings.connections())
                        .expectContinueEnabled(false)
                        .connectionTimeout(CONNECT_TIMEOUT)
                        .connectionAcquisitionTimeout(ACQUIRE_TIMEOUT)
                        .socketTimeout(SILENCE_TIMEOUT);
        var builder =
                S3Client.builder()
                        .httpClientBuilder(http)
                        .region(Region.of(settings.region()))
                        .credentialsProvider(credentials(settings))
                        .forcePathStyle(settings.pathStyle())
                        // We send our own checksums, and stores differ in what else they take.
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .overrideConfiguration(configuration);
        settings.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    private static ClientOverrideConfiguration once(S3Settings settings) {
        return ClientOverrideConfiguration.builder()
                .apiCallAttemptTimeout(settings.attemptTimeout())
                .apiCallTimeout(settings.attemptTimeout())
                .retryStrategy(
                        StandardRetryStrategy.builder()
                                .useClientDefaults(false)
                                .maxAttempts(ATTEMPTS)
                                .retryOnException(S3Clients::isRefused)
                                .backoffStrategy(
                                        BackoffStrategy.exponentialDelay(BACKOFF, BACKOFF_MAX))
                                .build())
                .build();
    }

    private static boolean isRefused(Throwable failure) {
        return failure instanceof AwsServiceException answer
                && (answer.statusCode() == 429
                        || (answer.statusCode() == 503
                                && S3Failures.code(answer).equals("SlowDown")));
    }

    private static ClientOverrideConfiguration repeating(S3Settings settings) {
        return ClientOverrideConfiguration.builder()
                .apiCallAttemptTimeout(settings.attemptTimeout())
                .apiCallTimeout(settings.attemptTimeout().multipliedBy(ATTEMPTS))
                .retryStrategy(
                        StandardRetryStrategy.builder()
                                .maxAttempts(ATTEMPTS)
                                .backoffStrategy(
                                        BackoffStrategy.exponentialDelay(BACKOFF, BACKOFF_MAX))
                                .build())
                .build();
    }

    private static AwsCredentialsProvider credentials(S3Settings settings) {
        return settings.keys()
                .<AwsCredentialsProvider>map(keys -> StaticCredentialsProvider.create(given(keys)))
                .orElseGet(() -> DefaultCredentialsProvider.builder().build());
    }

    private static AwsCredentials given(S3Settings.Keys keys) {
        return keys.sessionToken()
                .<AwsCredentials>map(token ->
                        AwsSessionCredentials.create(keys.accessKey(), keys.secretKey(), token))
                .orElseGet(() -> AwsBasicCredentials.create(keys.accessKey(), keys.secretKey()));
    }
}
