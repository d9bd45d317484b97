package io.forebay.fuse;

/**
 * A lock, or what one is asked for.
 *
 * @param start the first byte
 * @param end the last byte; {@link #END_MAX}: wherever the file ends
 * @param pid of the process that asked for it; 0: not known
 */
public record LockRange(Type type, long start, long end, int pid) {
    public static final long END_MAX = Long.MAX_VALUE;

    /** By fcntl(2)'s numbers. */
    public enum Type {
        READ(0),
        WRITE(1),
        UNLOCK(2);

        private final int number;

        Type(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        /**
         * @throws IllegalArgumentException for a number that means no type
         */
        public static Type of(int number) {
            return switch (number) {
                case 0 -> READ;
                case 1 -> WRITE;
                case 2 -> UNLOCK;
                default -> throw new IllegalArgumentException("no type of lock: " + number);
            };
        }
    }
}
