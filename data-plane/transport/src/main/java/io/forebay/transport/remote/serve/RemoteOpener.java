package io.forebay.transport.remote.serve;

import io.forebay.transport.file.StagedHandle;
import java.util.concurrent.CompletableFuture;

/** Decides what a token opens for a mount of another node. Called by many threads at once. */
@FunctionalInterface
public interface RemoteOpener {
    /**
     * Opens the staged file that the token is for. May wait until others keep nothing of it any
     * more.
     *
     * @param writers what {@link Opened#writers} said to the same mount before; 0: nothing yet
     * @param keeper the mount, should it have to keep nothing some day
     * @param atOnce fail as BUSY rather than wait for bytes of the bucket
     * @throws io.forebay.schema.ForebayException kind and message go to the mount
     */
    Opened open(byte[] token, long writers, Keeper keeper, boolean atOnce);

    /** An open that lasts until it is closed. */
    interface Opened extends AutoCloseable {
        StagedHandle file();

        /** Whether the mount may keep what it reads, and answer writes before they are sent. */
        boolean mayKeep();

        /**
         * Of an open for writing: the number that the mount had before, where nobody else may have
         * written since, so that it may send again what it could not bring here.
         */
        long writers();

        @Override
        void close();
    }

    /** A mount that may keep something of a file. Both methods may be called at any time. */
    interface Keeper {
        /** Asks the mount to keep nothing from now on; completed when it says so, or has ended. */
        CompletableFuture<Void> recall();

        /** Ends the open of a mount that does not answer. */
        void cut();
    }
}
