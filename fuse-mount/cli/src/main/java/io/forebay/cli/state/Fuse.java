package io.forebay.cli.state;

import java.util.Arrays;
import java.util.Locale;

/** What speaks with the kernel for a mount. */
public enum Fuse {
    /** The mount's own process, by the kernel's protocol. */
    KERNEL,
    /** libfuse 2, by jnr-fuse. */
    JNR;

    /** As the command line has it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Fuse of(String word) {
        return Arrays.stream(values())
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new CliFailure("fuse " + word + ": use kernel or jnr"));
    }
}
