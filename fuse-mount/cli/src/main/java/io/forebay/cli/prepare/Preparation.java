package io.forebay.cli.prepare;

import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.MountTable;
import io.forebay.cli.state.Ports;
import io.forebay.cli.state.Settings;
import io.forebay.cli.state.StateDirectory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** From a request and what is remembered to an instance whose surroundings were checked. */
public final class Preparation {
    private static final String WORKSPACE_FORM = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

    private final Installation installation;
    private final StateDirectory state;
    private final Consumer<String> say;

    public Preparation(Installation installation, StateDirectory state, Consumer<String> say) {
        this.installation = installation;
        this.state = state;
        this.say = say;
    }

    /** The caller holds the state directory's lock. */
    public Instance prepare(UpRequest request) {
        Optional<Settings> before = state.settings();
        Settings settings = merge(request, before.orElse(null));
        Leftovers.stop(state, say);
        Space.check(state);
        new MountPointCheck(Path.of(settings.mountPoint()), state)
                .check(before.map(known -> Path.of(known.mountPoint())).orElse(null));
        Ports ports = new PortChoice(state, say).choose(request.ports());
        state.remember(settings);
        state.remember(ports);
        return new Instance(state, settings, ports, installation, access(request, settings, ports));
    }

    private Settings merge(UpRequest request, @Nullable Settings before) {
        String workspace =
                first(request.workspace(), before == null ? null : before.workspace(), "default");
        if (!workspace.matches(WORKSPACE_FORM)) {
            throw new CliFailure(
                    "--workspace "
                            + workspace
                            + ": use 1 to 63 lower-case letters, digits and hyphens, a letter or"
                            + " digit first and last");
        }
        return new Settings(
                mountPoint(request, before),
                workspace,
                StoreChoice.of(request.bucket(), before == null ? null : before.bucket()),
                request.mode().fuse(),
                request.mode().passthrough(),
                request.mode().flushDelayMillis(),
                before == null ? freshKeys() : before.localKeys(),
                listen(request.mode().listen(), before));
    }

    /** An address that is not this machine's is noticed now, not when a server fails to bind it. */
    private static @Nullable String listen(@Nullable String asked, @Nullable Settings before) {
        String address = asked == null && before != null ? before.listen() : asked;
        if (address != null && !Ports.bindable(address)) {
            throw new CliFailure(
                    "--listen " + address + ": use an address of this machine, or 0.0.0.0 for all");
        }
        return address;
    }

    private String mountPoint(UpRequest request, @Nullable Settings before) {
        String given =
                first(
                        request.mountPoint(),
                        before == null ? null : before.mountPoint(),
                        state.root().resolve("mount").toString());
        return MountTable.canonical(Path.of(given)).toString();
    }

    private static StoreAccess access(UpRequest request, Settings settings, Ports ports) {
        String endpoint = settings.bucket().endpoint();
        String region = settings.bucket().region();
        if (endpoint == null) {
            Settings.LocalKeys keys = settings.localKeys();
            return new StoreAccess(
                    "http://127.0.0.1:" + ports.objectStore(),
                    region,
                    new AwsVariables.Keys(keys.accessKey(), keys.secretKey(), null));
        }
        return new StoreAccess(endpoint, region, request.bucket().variables().keys());
    }

    private static Settings.LocalKeys freshKeys() {
        SecureRandom random = new SecureRandom();
        return new Settings.LocalKeys("forebay-" + random(random, 6), random(random, 24));
    }

    private static String random(SecureRandom random, int bytes) {
        byte[] drawn = new byte[bytes];
        random.nextBytes(drawn);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(drawn).replace('-', 'x');
    }

    private static String first(@Nullable String a, @Nullable String b, String otherwise) {
        return Objects.requireNonNullElse(a == null ? b : a, otherwise);
    }
}
