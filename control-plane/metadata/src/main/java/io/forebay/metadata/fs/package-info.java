/**
 * The namespace as mounts see it: names, attributes, open files and the mounts themselves. Each
 * method answers one rpc of {@code MetadataService}. Used by the facade.
 */
@NullMarked
package io.forebay.metadata.fs;

import org.jspecify.annotations.NullMarked;
