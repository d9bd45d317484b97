/** The relay without the product. */
@NullMarked
package io.forebay.e2e.relay;

import org.jspecify.annotations.NullMarked;
