package io.forebay.persist.check;

import java.util.List;
import java.util.OptionalLong;

/** The staging area as it is looked at; nothing is opened, or counts as used. */
public interface StagedLook {
    /**
     * Files of a workspace, in any order.
     *
     * @param after as the page before said; empty at the start
     */
    StagedPage list(long workspaceId, String after, int limit);

    /** The file's size; empty where it is not staged. */
    OptionalLong size(long workspaceId, long ino);

    /**
     * A page.
     *
     * @param next where the next one begins; empty: there is none
     */
    record StagedPage(List<Long> inos, String next) {
        public StagedPage {
            inos = List.copyOf(inos);
        }
    }
}
