package io.forebay.mount.meta;

/** Told of each call to the control plane, for metrics and health. Called by many threads. */
public interface CallWatch {
    /** Tells nobody. */
    CallWatch NONE =
            rpc ->
                    new Call() {
                        @Override
                        public void again() {}

                        @Override
                        public void end(boolean answered) {}

                        @Override
                        public void cut() {}
                    };

    Call begin(String rpc);

    /** One call, all its tries together. */
    interface Call {
        /** A try had no answer and is sent again. */
        void again();

        void end(boolean answered);

        /** The caller gave it up: nothing is known of the other side. */
        void cut();
    }
}
