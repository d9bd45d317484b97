/** Tests of the names and of the page that is written from them. */
@NullMarked
package io.forebay.observability;

import org.jspecify.annotations.NullMarked;
