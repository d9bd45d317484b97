/**
 * The running system under test: real processes, a real kernel mount, a real S3 server and clients
 * that are not ours. Each test leaves nothing running or mounted, also when it fails.
 */
@NullMarked
package io.forebay.e2e;

import org.jspecify.annotations.NullMarked;
