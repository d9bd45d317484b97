package io.forebay.e2e.model;

import java.util.List;

/**
 * One operation, and who does it where.
 *
 * @param number of the step within its seed; what a replay names
 * @param mount 0 or 1; operations on handles go where the handle was opened
 * @param user 0, or one who has no rights of root's
 */
record Step(int number, int mount, int user, Operation operation) {
    @Override
    public String toString() {
        return "%4d  mount %d  uid %4d  %s".formatted(number, mount, user, operation);
    }

    static String script(List<Step> steps) {
        StringBuilder all = new StringBuilder();
        steps.forEach(step -> all.append(step).append('\n'));
        return all.toString();
    }
}
