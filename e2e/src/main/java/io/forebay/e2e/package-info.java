/**
 * The system as a user runs it: in tests and in the programs that measure and break it. Its tests
 * need the packaged applications, FUSE, and for some rclone; what is missing is said aloud. Here is
 * what all of them use.
 */
@NullMarked
package io.forebay.e2e;

import org.jspecify.annotations.NullMarked;
