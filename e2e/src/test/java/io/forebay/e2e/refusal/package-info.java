/** Starts that must not succeed, and disks that are full: what is said, and what is left behind. */
@NullMarked
package io.forebay.e2e.refusal;

import org.jspecify.annotations.NullMarked;
