/** Tests of the package of the same name. */
@NullMarked
package io.forebay.server;

import org.jspecify.annotations.NullMarked;
