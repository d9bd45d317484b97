package io.forebay.e2e.model;

/** The first step that gave something else on the subject than on the reference. */
record Difference(Step step, Outcome expected, Outcome actual) {
    @Override
    public String toString() {
        return step + "\n" + expected.against(actual);
    }
}
