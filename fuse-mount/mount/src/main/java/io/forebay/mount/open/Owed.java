package io.forebay.mount.open;

/**
 * What a close or an fsync is still to wait for.
 *
 * @param generation that is to be in the bucket; 0: none
 * @param copies the number of the close or fsync whose copies are to be there; 0: none
 */
public record Owed(long generation, long copies) {
    public static final Owed NOTHING = new Owed(0, 0);

    public boolean isNothing() {
        return generation == 0 && copies == 0;
    }
}
