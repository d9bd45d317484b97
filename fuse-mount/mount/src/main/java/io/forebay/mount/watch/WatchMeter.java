package io.forebay.mount.watch;

/** Told of what is forgotten, for metrics. Called by several threads. */
public interface WatchMeter {
    WatchMeter NONE =
            new WatchMeter() {
                @Override
                public void name() {}

                @Override
                public void node() {}

                @Override
                public void everything() {}

                @Override
                public void lost() {}
            };

    /** The kernel was told of a name. */
    void name();

    /** The kernel was told of a node. */
    void node();

    /** Everything was forgotten. */
    void everything();

    /** The stream of changes ended. */
    void lost();
}
