/** Tests of the package of the same name. */
@NullMarked
package io.forebay.server.wiring;

import org.jspecify.annotations.NullMarked;
