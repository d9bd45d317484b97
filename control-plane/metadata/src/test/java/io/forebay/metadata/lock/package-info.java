/** Locks under test: the ranges by themselves, and all of them over a store in memory. */
@NullMarked
package io.forebay.metadata.lock;

import org.jspecify.annotations.NullMarked;
