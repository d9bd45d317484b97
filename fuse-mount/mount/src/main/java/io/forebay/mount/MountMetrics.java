package io.forebay.mount;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.forebay.fuse.FileSystem;
import io.forebay.mount.fs.ForebayFileSystem;
import io.forebay.mount.meta.CallWatch;
import io.forebay.mount.watch.WatchMeter;
import io.forebay.observability.EventName;
import io.forebay.observability.MetricName;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToIntFunction;

/** The mount's metrics, under the names of {@link MetricName}. */
final class MountMetrics {
    private static final System.Logger LOG = System.getLogger(MountMetrics.class.getName());

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, Counter> requests = new ConcurrentHashMap<>();
    private final Map<String, Timer> calls = new ConcurrentHashMap<>();
    private final Counter errors = counter(MetricName.FUSE_ERRORS);
    private final Counter readBytes = counter(MetricName.FUSE_READ_BYTES);
    private final Counter writtenBytes = counter(MetricName.FUSE_WRITE_BYTES);
    private final Counter retries = counter(MetricName.REMOTE_RETRIES);
    private final Counter reopens = counter(MetricName.STREAM_REOPENS);

    /** Whether the last call to the control plane was answered; true before the first. */
    private final AtomicBoolean answered = new AtomicBoolean(true);

    /** Counts what the kernel asks of a file system. */
    FileSystem counting(ForebayFileSystem fileSystem) {
        gauge(MetricName.FUSE_OPEN_FILES, fileSystem, ForebayFileSystem::openFiles);
        gauge(MetricName.FUSE_PASSTHROUGH, fileSystem, ForebayFileSystem::passthroughFiles);
        return new CountingFileSystem(fileSystem, this);
    }

    /** How many processes the mount has outlived. */
    void takeovers(int count) {
        counter(MetricName.TAKEOVERS).increment(count);
    }

    CallWatch watch() {
        return rpc -> new TimedCall(rpc, Timer.start(registry));
    }

    boolean isAnswered() {
        return answered.get();
    }

    /** All values, in the text that Prometheus reads. */
    String scrape() {
        return registry.scrape();
    }

    void request(String operation) {
        requests.computeIfAbsent(
                        operation, key -> counter(MetricName.FUSE_REQUESTS, "operation", key))
                .increment();
    }

    /** A file on another node was opened again after its stream was lost. */
    void reopened() {
        reopens.increment();
    }

    /** Counts what was forgotten because others changed it. */
    WatchMeter watchMeter() {
        Counter names = counter(MetricName.WATCH_CHANGES, "kind", "name");
        Counter nodes = counter(MetricName.WATCH_CHANGES, "kind", "node");
        Counter resets = counter(MetricName.WATCH_RESETS);
        Counter losses = counter(MetricName.WATCH_LOSSES);
        return new WatchMeter() {
            @Override
            public void name() {
                names.increment();
            }

            @Override
            public void node() {
                nodes.increment();
            }

            @Override
            public void everything() {
                resets.increment();
            }

            @Override
            public void lost() {
                losses.increment();
            }
        };
    }

    void error() {
        errors.increment();
    }

    void read(long bytes) {
        readBytes.increment((double) bytes);
    }

    void written(long bytes) {
        writtenBytes.increment((double) bytes);
    }

    private Counter counter(MetricName name, String... tags) {
        Counter.Builder counter =
                Counter.builder(name.label()).description(name.description()).tags(tags);
        return (name.unit().isEmpty() ? counter : counter.baseUnit(name.unit())).register(registry);
    }

    private Timer timer(String rpc) {
        MetricName name = MetricName.REMOTE_SECONDS;
        return Timer.builder(name.label())
                .description(name.description())
                .tags("rpc", rpc)
                .register(registry);
    }

    private void gauge(
            MetricName name, ForebayFileSystem source, ToIntFunction<ForebayFileSystem> value) {
        Gauge.builder(name.label(), source, value::applyAsInt)
                .description(name.description())
                .baseUnit(name.unit())
                .strongReference(true)
                .register(registry);
    }

    /** One call to the control plane. */
    private final class TimedCall implements CallWatch.Call {
        private final String rpc;
        private final Timer.Sample sample;

        TimedCall(String rpc, Timer.Sample sample) {
            this.rpc = rpc;
            this.sample = sample;
        }

        @Override
        public void again() {
            retries.increment();
            lost();
        }

        @Override
        public void end(boolean hasAnswer) {
            sample.stop(calls.computeIfAbsent(rpc, MountMetrics.this::timer));
            if (!hasAnswer) {
                lost();
            } else if (answered.compareAndSet(false, true)) {
                LOG.log(INFO, EventName.CONTROL_PLANE_FOUND.line("rpc", rpc));
            }
        }

        @Override
        public void cut() {
            sample.stop(calls.computeIfAbsent(rpc, MountMetrics.this::timer));
        }

        private void lost() {
            if (answered.compareAndSet(true, false)) {
                LOG.log(WARNING, EventName.CONTROL_PLANE_LOST.line("rpc", rpc));
            }
        }
    }
}
