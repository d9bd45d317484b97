package io.forebay.server.wiring;

import io.forebay.metadata.Metadata;
import io.forebay.metadata.admin.Usage;
import io.forebay.metadata.admin.WorkerView;
import io.forebay.metadata.admin.WorkspaceView;
import io.forebay.observability.MetricName;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/** The gauges: what the model holds, as it was at the last look. */
@Singleton
final class Measurements {
    private static final double MILLIS_PER_SECOND = 1000;

    private final Metadata model;
    private final AtomicLong mounts;
    private final AtomicLong workers;
    private final AtomicLong missing;
    private final MultiGauge dirtyBytes;
    private final MultiGauge dirtyFiles;
    private final MultiGauge lossWindow;

    Measurements(Metadata model, MeterRegistry registry) {
        this.model = model;
        mounts = gauge(registry, MetricName.MOUNTS);
        workers = gauge(registry, MetricName.WORKERS);
        missing = gauge(registry, MetricName.WORKERS_MISSING);
        counter(registry, MetricName.MOUNTS_EXPIRED, known -> known.mounts().expirations());
        counter(registry, MetricName.OBJECTS_ADOPTED, known -> known.foreign().adopted());
        counter(registry, MetricName.OBJECTS_MISSING, known -> known.foreign().missing());
        counter(registry, MetricName.OWNERS_REPLACED, known -> known.succession().promoted());
        dirtyBytes = byWorkspace(registry, MetricName.DIRTY_BYTES);
        dirtyFiles = byWorkspace(registry, MetricName.DIRTY_FILES);
        lossWindow = byWorkspace(registry, MetricName.LOSS_WINDOW);
    }

    void take() {
        mounts.set(model.mounts().list().size());
        List<WorkerView> known = model.workers().list();
        long healthy = known.stream().filter(WorkerView::healthy).count();
        workers.set(healthy);
        missing.set(known.size() - healthy);
        List<MultiGauge.Row<?>> bytes = new ArrayList<>();
        List<MultiGauge.Row<?>> files = new ArrayList<>();
        List<MultiGauge.Row<?>> windows = new ArrayList<>();
        for (WorkspaceView workspace : model.workspaces().list()) {
            Usage usage = model.workspaces().usage(workspace.id());
            Tags tags = Tags.of("workspace", workspace.name());
            bytes.add(MultiGauge.Row.of(tags, usage.dirtyBytes()));
            files.add(MultiGauge.Row.of(tags, usage.dirtyFiles()));
            windows.add(MultiGauge.Row.of(tags, usage.lossWindow().toMillis() / MILLIS_PER_SECOND));
        }
        dirtyBytes.register(bytes, true);
        dirtyFiles.register(files, true);
        lossWindow.register(windows, true);
    }

    private void counter(
            MeterRegistry registry, MetricName name, ToDoubleFunction<Metadata> value) {
        FunctionCounter.builder(name.label(), model, value)
                .description(name.description())
                .register(registry);
    }

    private static AtomicLong gauge(MeterRegistry registry, MetricName name) {
        AtomicLong value = new AtomicLong();
        Gauge.builder(name.label(), value, AtomicLong::get)
                .description(name.description())
                .register(registry);
        return value;
    }

    private static MultiGauge byWorkspace(MeterRegistry registry, MetricName name) {
        return MultiGauge.builder(name.label())
                .description(name.description())
                .baseUnit(name.unit().isEmpty() ? null : name.unit())
                .register(registry);
    }
}
