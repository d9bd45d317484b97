package io.forebay.fuse.session;

import java.util.logging.Level;
import java.util.logging.Logger;

/** For tests that provoke what is logged as a bug. */
final class Quiet {
    private static final Logger LOOP = Logger.getLogger(RequestLoop.class.getName());

    private Quiet() {}

    static void requestLoop() {
        LOOP.setLevel(Level.OFF);
    }
}
