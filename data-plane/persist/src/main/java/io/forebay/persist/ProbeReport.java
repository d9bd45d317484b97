package io.forebay.persist;

/** Whether a location can be used, and when not, what a person should do. */
public record ProbeReport(boolean ok, String message) {}
