/** Which workers get new files and copies, and what becomes of those of lost workers. */
@NullMarked
package io.forebay.metadata.placement;

import org.jspecify.annotations.NullMarked;
