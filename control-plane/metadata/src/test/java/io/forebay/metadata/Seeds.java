package io.forebay.metadata;

/** Seeds of random tests: fixed, unless {@code -Dforebay.seed} says which to replay. */
public final class Seeds {
    private Seeds() {}

    public static long first(long constant) {
        String given = System.getProperty("forebay.seed", "");
        return given.isEmpty() ? constant : Long.parseLong(given);
    }

    /**
     * How many seeds a test tries from the first on: {@code -Dforebay.rounds}, or one when it
     * replays.
     */
    public static int count(int usual) {
        boolean replay = !System.getProperty("forebay.seed", "").isEmpty();
        return Integer.getInteger("forebay.rounds", replay ? 1 : usual);
    }
}
