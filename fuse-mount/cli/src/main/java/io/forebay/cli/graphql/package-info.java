/**
 * The few questions and orders that the command line has for the control plane, as GraphQL over
 * HTTP. Only the command line imports this package.
 */
@NullMarked
package io.forebay.cli.graphql;

import org.jspecify.annotations.NullMarked;
