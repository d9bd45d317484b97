package io.forebay.worker.wiring;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.quarkus.grpc.GrpcService;

/** StagedFileService on the worker's gRPC server; its messages are encoded by the transport. */
@GrpcService
final class RemoteService implements BindableService {
    private final Wiring wiring;

    RemoteService(Wiring wiring) {
        this.wiring = wiring;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return wiring.streams().bindService();
    }
}
