package io.forebay.metadata.fsck.report;

/** What a finding means for who owns the workspace. */
public enum Severity {
    /** Content or a name is lost, or would be. */
    ERROR,
    /** Nothing is lost; something is wrong, is in the way, or waits for a person. */
    WARNING,
    /** Nothing is wrong; somebody may want to know. */
    NOTE
}
