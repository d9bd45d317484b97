/**
 * Several nodes on one machine: network namespaces behind a bridge, which share files and processes
 * and reach each other by the network alone. What is tested is what mounts on two nodes see of each
 * other, also when the link between them is cut. Nothing imports it.
 */
@NullMarked
package io.forebay.e2e.nodes;

import org.jspecify.annotations.NullMarked;
