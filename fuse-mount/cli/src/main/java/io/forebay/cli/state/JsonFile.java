package io.forebay.cli.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** A record in a file of its own, readable by its owner only, and replaced as a whole. */
final class JsonFile {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private JsonFile() {}

    /** Empty where there is no such file; a damaged one is a failure that names it. */
    static <T> Optional<T> read(Path file, Class<T> type) {
        try {
            return Optional.of(MAPPER.readValue(Files.readString(file), type));
        } catch (java.nio.file.NoSuchFileException absent) {
            return Optional.empty();
        } catch (JsonProcessingException | java.nio.charset.CharacterCodingException damaged) {
            throw new CliFailure(
                    file
                            + " is damaged: restore it, or move the state directory away"
                            + " and start anew",
                    damaged);
        } catch (IOException failed) {
            throw new CliFailure("cannot read " + file + ": " + reason(failed), failed);
        }
    }

    static void write(Path file, Object value) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(fresh);
            Files.createFile(
                    fresh,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.write(fresh, MAPPER.writeValueAsString(value).getBytes(StandardCharsets.UTF_8));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new CliFailure("cannot write " + file + ": " + reason(failed), failed);
        }
    }

    static String reason(IOException failed) {
        return switch (failed) {
            case java.nio.file.AccessDeniedException _ -> "permission denied";
            case java.nio.file.NoSuchFileException _ -> "no such file or directory";
            case java.nio.file.FileSystemException system when system.getReason() != null ->
                    system.getReason();
            default -> String.valueOf(failed.getMessage());
        };
    }
}
