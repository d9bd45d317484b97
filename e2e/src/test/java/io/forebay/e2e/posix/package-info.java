/**
 * POSIX on the mount, by the field's own suites, each with kernel passthrough and through the mount
 * process. Suites that no package carries are named by environment variables, the others are found
 * on the path; what is missing skips its test and says so. {@code docs/CONFORMANCE.md} has the long
 * runs.
 */
@NullMarked
package io.forebay.e2e.posix;

import org.jspecify.annotations.NullMarked;
