/** Tests of the package of the same name. */
@NullMarked
package io.forebay.server.rpc;

import org.jspecify.annotations.NullMarked;
