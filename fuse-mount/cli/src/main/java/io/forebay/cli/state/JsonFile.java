package io.forebay.cli.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** A record in a file of its own, readable by its owner only, and replaced as a whole. */
final class JsonFile {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private JsonFile() {}

    /**
     * Empty where there is no such file.
     *
     * @param remedy what to do with one that is damaged
     */
    static <T> Optional<T> read(Path file, Class<T> type, String remedy) {
        try {
            T value = MAPPER.readValue(Files.readString(file), type);
            if (value == null) {
                throw new CliFailure(file + " is damaged: " + remedy);
            }
            return Optional.of(value);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (JsonProcessingException | CharacterCodingException damaged) {
            throw new CliFailure(file + " is damaged: " + remedy, damaged);
        } catch (IOException failed) {
            throw new CliFailure("cannot read " + file + ": " + reason(failed), failed);
        }
    }

    static void write(Path file, Object value) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(fresh);
            ByteBuffer text = ByteBuffer.wrap(MAPPER.writeValueAsBytes(value));
            try (FileChannel channel =
                    FileChannel.open(
                            fresh,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")))) {
                while (text.hasRemaining()) {
                    channel.write(text);
                }
                channel.force(true); // else a loss of power may leave an empty one
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new CliFailure("cannot write " + file + ": " + reason(failed), failed);
        }
    }

    static String reason(IOException failed) {
        return switch (failed) {
            case java.nio.file.AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "no such file or directory";
            case java.nio.file.FileSystemException system when system.getReason() != null ->
                    system.getReason();
            default -> String.valueOf(failed.getMessage());
        };
    }
}
