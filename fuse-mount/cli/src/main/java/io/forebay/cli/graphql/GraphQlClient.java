package io.forebay.cli.graphql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.cli.state.CliFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Asks one control plane over HTTP (JDK's plain client: it starts fastest). */
public final class GraphQlClient {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    private final URI endpoint;

    public GraphQlClient(URI endpoint) {
        this.endpoint = endpoint;
    }

    /** The answer's {@code data}; the first error, if there is one, is the failure. */
    public JsonNode ask(String query, Map<String, Object> variables, Duration timeout) {
        JsonNode answer = post(Map.of("query", query, "variables", variables), timeout);
        JsonNode errors = answer.path("errors");
        if (!errors.isEmpty()) {
            throw new GraphQlFailure(
                    errors.path(0).path("message").asText("the control plane refused"),
                    errors.path(0).path("extensions").path("code").asText(""));
        }
        return answer.path("data");
    }

    private JsonNode post(Map<String, Object> body, Duration timeout) {
        try {
            HttpURLConnection connection = (HttpURLConnection) endpoint.toURL().openConnection();
            connection.setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
            connection.setReadTimeout(Math.toIntExact(timeout.toMillis()));
            connection.setRequestMethod("POST");
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setRequestProperty("Accept", "application/json");
            connection.setDoOutput(true);
            connection.getOutputStream().write(MAPPER.writeValueAsBytes(body));
            if (connection.getResponseCode() >= 400) {
                throw new CliFailure(
                        "the control plane at "
                                + endpoint
                                + " answered HTTP "
                                + connection.getResponseCode()
                                + ": look into its log");
            }
            try (InputStream answer = connection.getInputStream()) {
                String text = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
                return MAPPER.readTree(text);
            }
        } catch (IOException unreachable) {
            throw new CliFailure(
                    "the control plane at "
                            + endpoint
                            + " does not answer ("
                            + unreachable.getMessage()
                            + "): is `forebay up` running?",
                    unreachable);
        }
    }
}
