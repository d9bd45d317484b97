package io.forebay.e2e.chaos;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.Digest;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.chaos.site.Bucket;
import io.forebay.e2e.chaos.site.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Compares what is there with what must be. */
record Inspection(Site site, Ledger ledger, Observer observer, Bucket bucket) {
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(90);

    /**
     * All files of a mount, below a directory. What a failed step left open is decided here.
     *
     * @param below empty: all
     */
    void mount(DataPath path, String below) throws IOException {
        Map<String, String> found = files(site.root(path), below);
        Set<String> all = new TreeSet<>(found.keySet());
        all.addAll(ledger.presentIn(below));
        List<String> wrong = new ArrayList<>();
        for (String each : all) {
            String state = found.getOrDefault(each, Bucket.ABSENT);
            if (ledger.may(each).contains(state)) {
                ledger.settle(each, state);
            } else if (!ledger.isSpoiled(each)) {
                wrong.add(difference(each, state));
            }
        }
        if (!wrong.isEmpty()) {
            throw new Loss("on the mount at " + site.root(path) + ": " + wrong);
        }
    }

    private static Map<String, String> files(Path root, String below) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root.resolve(below))) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                found.put(root.relativize(file).toString(), Digest.sha256(file));
            }
        }
        return found;
    }

    private String difference(String path, String state) {
        return path
                + " is "
                + Ledger.brief(state)
                + " and must be "
                + ledger.may(path).stream().map(Ledger::brief).toList();
    }

    /** Waits until the bucket holds what the files are, and nothing else. */
    void drain() throws Exception {
        try {
            Eventually.holds(
                    "the bucket follows",
                    DRAIN_LIMIT,
                    () -> site.flush(true) && differences(false).isEmpty());
        } catch (AssertionError late) {
            throw new Loss("the bucket did not follow: " + differences(true));
        }
        for (String key : ledger.present()) {
            observer.look(key);
        }
        ledger.requireNoLoss();
    }

    /** Metadata, worker and bucket fit together, as the product itself says. */
    void fsck() throws Exception {
        List<String> complaints = site.fsck();
        if (!complaints.isEmpty()) {
            throw new Loss("fsck is not clean: " + complaints);
        }
    }

    /** Waits until nobody has an unfinished upload any more. */
    void tidy() throws Exception {
        try {
            Eventually.holds(
                    "no unfinished uploads are left",
                    DRAIN_LIMIT,
                    () -> bucket.unfinishedUploads().isEmpty());
        } catch (AssertionError late) {
            throw new Loss("unfinished uploads are left: " + bucket.unfinishedUploads());
        }
    }

    private List<String> differences(boolean explained) {
        List<String> all = new ArrayList<>();
        Set<String> keys = new TreeSet<>(bucket.sizes().keySet());
        keys.addAll(ledger.present());
        for (String key : keys) {
            String state = bucket.state(key);
            if (!ledger.may(key).contains(state)) {
                all.add(difference(key, state) + (explained ? " " + site.says(key) : ""));
            }
        }
        return all;
    }

    /**
     * Drops the local copies below a directory, of which all is in the bucket. One that is in use
     * stays: a release that is still on its way makes another request necessary.
     */
    void evict(String below) throws Exception {
        for (String path : ledger.presentIn(below)) {
            Eventually.holds(
                    "the local copy of " + path + " goes: " + site.says(path),
                    DRAIN_LIMIT,
                    () -> {
                        boolean gone = !site.isStaged(path);
                        if (!gone) {
                            site.evict(path);
                        }
                        return gone;
                    });
        }
    }
}
