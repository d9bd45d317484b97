/**
 * The mount's side of the metadata service: the calls, their retries, and the lease.
 *
 * <p>Invariants: a mutation that is sent again carries the same request id, so that it happens
 * once; every call ends within the retry policy's total time; failures of the service become errnos
 * in {@code FailureErrno} alone. Imported by {@code io.forebay.mount} and by its packages above
 * this one: {@code services}, {@code open} and {@code fs}.
 */
@NullMarked
package io.forebay.mount.meta;

import org.jspecify.annotations.NullMarked;
