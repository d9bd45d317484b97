package io.forebay.store;

import java.util.List;

/**
 * Some of a workspace's staged files.
 *
 * @param next where the next page begins; empty: there is none
 */
public record StagedPage(List<StagedKey> keys, String next) {
    public StagedPage {
        keys = List.copyOf(keys);
    }
}
