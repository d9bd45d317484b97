/**
 * The object store port on S3, by the AWS SDK's synchronous client. Nothing of the SDK leaves this
 * package. The worker's wiring may import it.
 */
@NullMarked
package io.forebay.persist.s3;

import org.jspecify.annotations.NullMarked;
