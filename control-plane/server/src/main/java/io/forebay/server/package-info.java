/**
 * The control plane's process: its entry point, and what it says when it cannot start. The wiring
 * stands in {@code wiring}, the services in {@code rpc} and {@code graphql}. Nobody imports it.
 */
@NullMarked
package io.forebay.server;

import org.jspecify.annotations.NullMarked;
