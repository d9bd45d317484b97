/** What the durability modes promise, and how it is kept when something breaks. */
@NullMarked
package io.forebay.e2e.durability;

import org.jspecify.annotations.NullMarked;
