package io.forebay.mount.holder;

import io.forebay.transport.posix.UnixSocket;

/** What the holder's thread acts on. */
sealed interface Event {
    /** A process said hello on its connection, and waits for what it inherits. */
    record Ready(UnixSocket socket, long pid) implements Event {}

    record Serving(UnixSocket socket) implements Event {}

    record Sign(UnixSocket socket, int stuckSeconds) implements Event {}

    /** A connection is at its end. */
    record Gone(UnixSocket socket) implements Event {}

    record Ended(MountRun run, int status) implements Event {}

    /** A command waits for a planned restart. */
    record RestartAsked(UnixSocket command) implements Event {}

    record StopAsked() implements Event {}
}
