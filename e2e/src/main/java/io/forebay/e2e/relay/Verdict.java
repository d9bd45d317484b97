package io.forebay.e2e.relay;

/** What becomes of a request. */
public enum Verdict {
    GO_ON,
    /** Both connections end at once: nothing more of it reaches anybody. */
    CUT
}
