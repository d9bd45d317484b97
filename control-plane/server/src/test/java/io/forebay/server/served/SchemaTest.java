package io.forebay.server.served;

import static org.junit.jupiter.api.Assertions.assertEquals;

import graphql.language.AstPrinter;
import graphql.language.EnumTypeDefinition;
import graphql.language.EnumValueDefinition;
import graphql.language.FieldDefinition;
import graphql.language.InputObjectTypeDefinition;
import graphql.language.InputValueDefinition;
import graphql.language.ObjectTypeDefinition;
import graphql.language.TypeDefinition;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeDefinitionRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The schema that is served is the one that is written down, but for order and descriptions. */
@QuarkusTest
@WithTestResource(ServerResource.class)
final class SchemaTest {
    @Test
    void theServedSchemaIsTheContract() throws Exception {
        String contract;
        try (InputStream file =
                Objects.requireNonNull(
                        Thread.currentThread()
                                .getContextClassLoader()
                                .getResourceAsStream("graphql/forebay.graphqls"))) {
            contract = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertEquals(
                String.join("\n", lines(contract)),
                String.join("\n", lines(new GraphQlClient().text("/graphql/schema.graphql"))));
    }

    private static Set<String> lines(String schema) {
        TypeDefinitionRegistry registry = new SchemaParser().parse(schema);
        Set<String> lines = new TreeSet<>();
        registry.types().values().forEach(type -> describe(type, lines));
        return lines;
    }

    private static void describe(TypeDefinition<?> type, Set<String> lines) {
        String name = type.getName();
        switch (type) {
            case ObjectTypeDefinition object -> {
                for (FieldDefinition field : object.getFieldDefinitions()) {
                    lines.add(
                            "type %s.%s%s: %s"
                                    .formatted(
                                            name,
                                            field.getName(),
                                            arguments(field),
                                            AstPrinter.printAst(field.getType())));
                }
            }
            case InputObjectTypeDefinition input ->
                    input.getInputValueDefinitions()
                            .forEach(value -> lines.add("input " + name + "." + text(value)));
            case EnumTypeDefinition choice -> {
                for (EnumValueDefinition value : choice.getEnumValueDefinitions()) {
                    lines.add("enum " + name + "." + value.getName());
                }
            }
            default -> {
                // A scalar has nothing but its name, and where it is used it is named.
            }
        }
    }

    private static Set<String> arguments(FieldDefinition field) {
        Set<String> arguments = new TreeSet<>();
        field.getInputValueDefinitions().forEach(value -> arguments.add(text(value)));
        return arguments;
    }

    private static String text(InputValueDefinition value) {
        String text = value.getName() + ": " + AstPrinter.printAst(value.getType());
        return value.getDefaultValue() == null
                ? text
                : text + " = " + AstPrinter.printAst(value.getDefaultValue());
    }
}
