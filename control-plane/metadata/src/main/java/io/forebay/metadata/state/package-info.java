/**
 * What stands under which key, and the reads and writes that keep it consistent: inodes with their
 * counters, names with their back pointers, open handles, the queue of work. No policy.
 *
 * <p>Invariant: all access to a workspace's keys goes through here. Used by the rest of the model.
 */
@NullMarked
package io.forebay.metadata.state;

import org.jspecify.annotations.NullMarked;
