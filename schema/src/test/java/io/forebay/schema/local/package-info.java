/** Calls over a unix socket, with a server of the real contract. */
@NullMarked
package io.forebay.schema.local;

import org.jspecify.annotations.NullMarked;
