package io.forebay.transport.remote.serve;

/** Told of what streams carry, for metrics. Called by many threads. */
public interface StreamWatch {
    /** Tells nobody. */
    StreamWatch NONE =
            new StreamWatch() {
                @Override
                public void read(long bytes) {}

                @Override
                public void written(long bytes) {}

                @Override
                public void recalled() {}
            };

    void read(long bytes);

    void written(long bytes);

    /** A mount was asked to keep nothing of a file any more. */
    void recalled();
}
