/** The product with an object store that it did not bring: its keys, and its silence. */
@NullMarked
package io.forebay.e2e.store;

import org.jspecify.annotations.NullMarked;
