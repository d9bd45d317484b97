/**
 * Short calls between processes of one machine: the unary methods of gRPC services, over a unix
 * socket, without HTTP/2 and without a hop to another thread on either side. gRPC stays the way
 * from everywhere else, and for streams.
 *
 * <p>A connection carries one call at a time. The client's first frame is a token that only those
 * know who were told of the socket by the service itself; it is answered like a call. Then
 *
 * <pre>
 *   request:  u32 length | u8 length of the name | the method's bare name, ASCII | message
 *   reply:    u32 length | u8 gRPC status code   | message, or the reason in UTF-8
 * </pre>
 *
 * <p>A length counts what follows it, and is big-endian. Whoever gives a call up closes the
 * connection.
 */
@NullMarked
package io.forebay.schema.local;

import org.jspecify.annotations.NullMarked;
