/** Tests of staged files over the network. */
@NullMarked
package io.forebay.transport.remote;

import org.jspecify.annotations.NullMarked;
