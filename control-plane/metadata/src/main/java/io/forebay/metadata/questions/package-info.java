/**
 * Questions to workers about what they and their buckets hold. They go with the workers' tasks, and
 * their answers come back to who waits. Used by the flush, which hands the tasks out, and by the
 * check of workspaces.
 */
@NullMarked
package io.forebay.metadata.questions;

import org.jspecify.annotations.NullMarked;
