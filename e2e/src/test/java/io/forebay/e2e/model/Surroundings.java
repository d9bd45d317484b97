package io.forebay.e2e.model;

/** What a directory that is served by processes needs, and another one has no use for. */
interface Surroundings {
    Surroundings NONE =
            new Surroundings() {
                @Override
                public void settle(int mount) {
                    // Whoever asks is told what is.
                }

                @Override
                public void kill(Operation.Victim victim) {
                    // Nobody serves it.
                }
            };

    /** Returns when this mount has been told of all that was done on the other. */
    void settle(int mount);

    /** Returns when the successor runs. */
    void kill(Operation.Victim victim);
}
