package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.state.Space;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Something that is wrong at the moment of a look.
 *
 * @param ino of the file that it is about; 0: none
 * @param repair in the transaction of a look that found the same; null: there is none that is safe
 */
record Problem(
        FindingCode code,
        long ino,
        String subject,
        String detail,
        @Nullable Consumer<Space> repair) {
    static Problem of(FindingCode code, long ino, String detail, @Nullable Consumer<Space> repair) {
        return new Problem(code, ino, "inode " + ino, detail, repair);
    }

    boolean isLike(Problem other) {
        return code == other.code && subject.equals(other.subject);
    }
}
