/**
 * Who takes the place of workers that are lost, or that have lost their disks. Used by the facade,
 * and by administration when a worker registers.
 */
@NullMarked
package io.forebay.metadata.succession;

import org.jspecify.annotations.NullMarked;
