package io.forebay.server.served;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.eclipse.microprofile.config.ConfigProvider;

/** Asks the running server as any client would. */
final class GraphQlClient {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final String origin =
            "http://127.0.0.1:"
                    + ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class);

    /** The data of an answer without errors. */
    JsonObject data(String query) throws IOException, InterruptedException {
        JsonObject answer = ask(query);
        assertFalse(answer.containsKey("errors"), answer.toString());
        return answer.getJsonObject("data");
    }

    /** The first error of an answer, which must have this code. */
    String error(String code, String query) throws IOException, InterruptedException {
        JsonObject answer = ask(query);
        JsonObject error = answer.getJsonArray("errors").getJsonObject(0);
        assertEquals(code, error.getJsonObject("extensions").getString("code"), answer.toString());
        return error.getString("message");
    }

    /** What stands at a path of the server. */
    String text(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(origin + path)).timeout(PATIENCE).build());
    }

    private JsonObject ask(String query) throws IOException, InterruptedException {
        String body = Json.createObjectBuilder().add("query", query).build().toString();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(origin + "/graphql"))
                        .timeout(PATIENCE)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        try (JsonReader reader = Json.createReader(new StringReader(send(request)))) {
            return reader.readObject();
        }
    }

    private String send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body();
    }
}
