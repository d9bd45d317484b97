package io.forebay.locals3;

import java.io.IOException;

/** Starts the server and says so in one line; ends with status 1 and one line when it cannot. */
public final class LocalS3Main {
    private LocalS3Main() {}

    @SuppressWarnings("SystemOut") // the line that launchers wait for
    public static void main(String[] arguments) {
        try {
            Options options = Options.parse(System.getenv(), arguments);
            LocalS3 server = LocalS3.start(options);
            System.out.println("ready " + server.endpoint() + " bucket=" + options.bucket());
        } catch (IllegalArgumentException | IOException e) {
            System.err.println("local-s3: " + e.getMessage());
            System.exit(1);
        }
    }
}
