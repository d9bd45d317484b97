package io.forebay.locals3;

import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/** A running server. Reachable from this machine only. */
final class LocalS3 implements AutoCloseable {
    /** Requests at a time; more wait. */
    private static final int THREADS = 64;

    private final S3Proxy server;
    private final BlobStore store;

    private LocalS3(S3Proxy server, BlobStore store) {
        this.server = server;
        this.store = store;
    }

    /**
     * Starts to serve and makes the bucket if it is not there.
     *
     * @throws IOException with a message that tells a person what to do
     */
    static LocalS3 start(Options options) throws IOException {
        prepare(options.directory());
        Properties properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", options.directory().toString());
        BlobStore plain = BlobStores.create("filesystem", properties);
        BlobStore store =
                new ConditionalBlobStore(new DurableBlobStore(plain, options.directory()));
        if (!store.containerExists(options.bucket())) {
            store.createContainer(options.bucket());
        }
        S3Proxy server =
                S3Proxy.builder()
                        .blobStore(store)
                        .endpoint(URI.create("http://127.0.0.1:" + options.port()))
                        .awsAuthentication(
                                AuthenticationType.AWS_V2_OR_V4,
                                options.accessKey(),
                                options.secretKey())
                        .ignoreUnknownHeaders(true)
                        .jettyMaxThreads(THREADS)
                        .build();
        listen(server, options.port());
        return new LocalS3(server, store);
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the server does not stop", e);
        } finally {
            store.close();
        }
    }

    private static void prepare(Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
            Files.delete(Files.createTempFile(directory, ".probe", ""));
        } catch (IOException e) {
            throw new IOException(
                    "cannot write in directory " + directory + "; choose another one (" + e + ")",
                    e);
        }
    }

    private static void listen(S3Proxy server, int port) throws IOException {
        try {
            server.start();
        } catch (Exception e) {
            if (e instanceof BindException || e.getCause() instanceof BindException) {
                throw new IOException(
                        "port " + port + " of 127.0.0.1 is taken; choose another one", e);
            }
            throw new IOException("cannot listen on port " + port + " of 127.0.0.1: " + e, e);
        }
    }
}
