/**
 * What people and tools see and steer: workspaces, workers, and files by their path. Used by the
 * facade.
 */
@NullMarked
package io.forebay.metadata.admin;

import org.jspecify.annotations.NullMarked;
