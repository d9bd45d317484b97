package io.forebay.e2e.posix;

import io.forebay.e2e.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All that a user can see of the nodes below a directory, a line for each. */
final class Tree {
    private static final String ATTRIBUTES =
            "unix:mode,uid,gid,nlink,rdev,size,lastModifiedTime,ctime";

    private Tree() {}

    static List<String> of(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> !path.equals(root))
                    .map(path -> root.relativize(path) + " " + facts(path))
                    .sorted()
                    .toList();
        }
    }

    private static String facts(Path path) {
        try {
            Map<String, Object> facts =
                    new TreeMap<>(
                            Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS));
            if (Files.isSymbolicLink(path)) {
                return facts + " " + Files.readSymbolicLink(path);
            }
            if (Files.isDirectory(path)) {
                facts.remove("size");
                return facts + " " + extended(path);
            }
            if (Files.isRegularFile(path)) {
                return facts + " " + extended(path) + " " + Digest.sha256(path);
            }
            return facts.toString();
        } catch (IOException failed) {
            return "cannot be read: " + failed;
        }
    }

    private static List<String> extended(Path path) throws IOException {
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
        List<String> all = new ArrayList<>();
        for (String name : view.list().stream().sorted().toList()) {
            ByteBuffer value = ByteBuffer.allocate(view.size(name));
            view.read(name, value);
            all.add(name + "=" + HexFormat.of().formatHex(value.array()));
        }
        return all;
    }
}
