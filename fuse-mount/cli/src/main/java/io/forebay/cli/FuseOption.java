package io.forebay.cli;

import io.forebay.cli.state.Fuse;
import picocli.CommandLine.Option;

/** {@code --fuse}: what speaks with the kernel. */
final class FuseOption {
    @Option(
            names = "--fuse",
            paramLabel = "kernel|jnr",
            defaultValue = "kernel",
            description = "mount by the kernel's protocol (default), or by jnr-fuse and libfuse 2")
    private String word = Fuse.KERNEL.word();

    Fuse fuse() {
        return Fuse.of(word);
    }
}
