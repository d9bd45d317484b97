package io.forebay.e2e.chaos;

import java.io.IOException;
import java.util.Random;

/** Another program on the other mount, which works beside the one that the round is about. */
final class Companion {
    private static final int FILES = 6;
    private static final int BYTES_MAX = 256 << 10;

    private final Program program;
    private final String place;
    private final Random random;
    private final Aside work = new Aside(this::run);

    /**
     * @param place a directory of its own, to be made
     */
    Companion(Program program, String place, Random random) {
        this.program = program;
        this.place = place;
        this.random = random;
    }

    void start() throws IOException {
        program.makeDirectory(place);
        work.start();
    }

    /** Returns when it is done. */
    void join() {
        work.join();
    }

    private void run() {
        for (int i = 0; i < FILES && program.errors().isEmpty(); i++) {
            String name = place + "/beside-" + i;
            program.write(name, content(), random.nextBoolean());
            switch (random.nextInt(4)) {
                case 0 -> program.rename(name, place + "/renamed");
                case 1 -> program.delete(name);
                case 2 -> program.write(name, content(), random.nextBoolean());
                default -> {}
            }
        }
    }

    private Content content() {
        return new Content(random.nextLong(), 1 + random.nextInt(BYTES_MAX));
    }
}
