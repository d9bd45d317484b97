/**
 * The gRPC services: each method hands its request to the model and its answer back. Decides which
 * thread does it, measures it, and says what a failure is as a gRPC status. Nobody imports it.
 */
@NullMarked
package io.forebay.server.rpc;

import org.jspecify.annotations.NullMarked;
