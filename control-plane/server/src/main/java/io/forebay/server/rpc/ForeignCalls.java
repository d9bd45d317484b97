package io.forebay.server.rpc;

import io.forebay.metadata.Metadata;
import io.forebay.proto.CompareObjectsReply;
import io.forebay.proto.CompareObjectsRequest;
import io.forebay.proto.ForeignServiceGrpc;
import io.forebay.proto.TakeScanReply;
import io.forebay.proto.TakeScanRequest;
import io.forebay.proto.TellObjectsReply;
import io.forebay.proto.TellObjectsRequest;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;

/** What workers find that others did to buckets. */
@GrpcService
final class ForeignCalls extends ForeignServiceGrpc.ForeignServiceImplBase {
    private final Metadata model;
    private final Calls calls;

    ForeignCalls(Metadata model, Calls calls) {
        this.model = model;
        this.calls = calls;
    }

    @Override
    public void takeScan(TakeScanRequest request, StreamObserver<TakeScanReply> client) {
        calls.answer(Rpc.TAKE_SCAN, client, () -> model.scans().take(request));
    }

    @Override
    public void compareObjects(
            CompareObjectsRequest request, StreamObserver<CompareObjectsReply> client) {
        calls.answer(Rpc.COMPARE_OBJECTS, client, () -> model.foreign().compare(request));
    }

    @Override
    public void tellObjects(TellObjectsRequest request, StreamObserver<TellObjectsReply> client) {
        calls.answer(Rpc.TELL_OBJECTS, client, () -> model.foreign().tell(request));
    }
}
