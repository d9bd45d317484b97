package io.forebay.e2e.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Performs each step on both sides, and compares.
 *
 * @param reference makes a fresh directory of the one that is right
 * @param subject makes a fresh directory of the one under test
 * @param begun is told of each step before it is performed
 */
record Lockstep(Supplier<Subject> reference, Supplier<Subject> subject, Consumer<Step> begun) {
    /** To the first difference, or to the end, where the trees are compared. */
    Optional<Difference> run(List<Step> steps) {
        List<Step> all = new ArrayList<>(steps);
        all.add(new Step(steps.size(), 0, 0, new Operation.CompareTrees()));
        try (Subject right = reference.get();
                Subject tested = subject.get()) {
            for (Step step : all) {
                begun.accept(step);
                Outcome expected = right.perform(step);
                Outcome actual = tested.perform(step);
                if (!expected.equals(actual)) {
                    return Optional.of(new Difference(step, expected, actual));
                }
            }
            return Optional.empty();
        }
    }

    /** The first step that gave something else on the subject than on the reference. */
    record Difference(Step step, Outcome expected, Outcome actual) {
        @Override
        public String toString() {
            return step + "\n" + expected.against(actual);
        }
    }

    /** A directory, empty at first, on which steps are performed. */
    interface Subject extends AutoCloseable {
        Outcome perform(Step step);

        /** Closes what is open, and removes the directory. */
        @Override
        void close();
    }
}
