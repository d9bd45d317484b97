/**
 * The instance that is killed: its processes, its object store, and how a bucket looks without the
 * product. Imported by the crash matrix alone.
 */
@NullMarked
package io.forebay.e2e.chaos.site;

import org.jspecify.annotations.NullMarked;
