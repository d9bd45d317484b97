package io.forebay.e2e.relay;

/** Is asked at each moment of each request, by the thread that forwards it, which waits. */
public interface Watch {
    Verdict at(Moment moment, StoreCall call);
}
